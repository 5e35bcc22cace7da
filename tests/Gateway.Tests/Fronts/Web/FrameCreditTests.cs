using RemoteChain.Gateway.Fronts.Web;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class FrameCreditTests
{
    const long Milli = 1_000_000;

    readonly FrameCredit _credit = new();

    [Fact]
    public void CanSend_NothingDrawn_StopsAfterTheFirstFew()
    {
        Assert.Equal(FrameCredit.FramesMin, SendAll());
    }

    [Fact]
    public void CanSend_LongWay_HasMoreUnderWayAndNeverTooMany()
    {
        _credit.RoundTripNanos = 80 * Milli;
        Assert.Equal(7, SendAll());

        _credit.RoundTripNanos = 10_000 * Milli;
        SendAll();
        Assert.Equal(FrameCredit.FramesMax, _credit.UnderWay);
    }

    [Fact]
    public void CanSend_BigFrame_IsSentAloneAndHoldsUpTheNext()
    {
        _credit.RoundTripNanos = 80 * Milli;
        _credit.Send(4 * 1024 * 1024, 0);

        Assert.False(_credit.CanSend);
        Assert.True(_credit.Drawn(0, Milli));
        Assert.True(_credit.CanSend);
    }

    [Fact]
    public void CanSend_FastLine_TakesMoreBytesAfterItHasShownThat()
    {
        _credit.RoundTripNanos = 80 * Milli;
        // 200 kB in 4 ms: what the line holds within a round trip is a few MB.
        for (uint i = 0; i < 10; i++)
        {
            _credit.Send(200_000, i * 20 * Milli);
            _credit.Drawn(i, (i * 20 * Milli) + (4 * Milli));
        }

        int frames = 0;
        for (; _credit.CanSend; frames++) _credit.Send(200_000, 300 * Milli);
        Assert.InRange(frames, 3, FrameCredit.FramesMax);
    }

    [Fact]
    public void Drawn_SeveralAtOnce_ClearsAllBefore()
    {
        _credit.RoundTripNanos = 80 * Milli;
        SendAll();

        Assert.True(_credit.Drawn(4, Milli));
        Assert.Equal(2, _credit.UnderWay);
    }

    [Theory]
    [InlineData(2u)]
    [InlineData(0xFFFFFFFFu)]
    public void Drawn_FrameThatWasNeverSent_IsRefused(uint frame)
    {
        SendAll();

        Assert.False(_credit.Drawn(frame, Milli));
    }

    [Fact]
    public void Drawn_Twice_IsRefused()
    {
        SendAll();
        Assert.True(_credit.Drawn(0, Milli));

        Assert.False(_credit.Drawn(0, Milli));
    }

    int SendAll()
    {
        int frames = 0;
        for (; _credit.CanSend; frames++) _credit.Send(100, 0);
        return frames;
    }
}
