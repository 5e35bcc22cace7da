using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Recording;

/// <summary>From stamps to stages, by hand: the stamps of one interaction are 10, 20, 40, 70 … so that every stage has a length of its own.</summary>
public sealed class SampleTimesTests
{
    internal const string Document = "name: a\nlayers:\n  - kind: direct\n  - kind: rdp\n    host: desk\n";

    static readonly ChainStages s_stages = new(ChainDocument.Parse(Document).Chain!);

    static readonly DeliveredInput s_input = new(
        new InputEvent(InputKind.Scancode, 0, 30, Id: 1ul << 48 | 1, ReceivedNanos: 10, PublishedNanos: 20), TakenNanos: 40, SentNanos: 70);

    static readonly DamageEntry s_answer = new(5, new(0, 0, 8, 16), 1, 0, ReceivedNanos: 1070, DecodedNanos: 1120, PublishedNanos: 1180);

    static readonly SentFrame s_frame = new(1, 5, TakenNanos: 1250, SentNanos: 1330, AcknowledgedNanos: 1930);

    static InteractionStamps Stamps(TransportEstimate? host, TransportEstimate? user, SentFrame? frame) => new(s_input, s_answer, frame, host, user);

    static string Shown(in InteractionStamps stamps) =>
        string.Join(' ', SampleTimes.Of(stamps, s_stages).Select(time => $"{time.Key}={time.Nanos}{time.Grade.Letter()}"));

    [Fact]
    public void Of_EverythingKnown_DividesTheWholeWayWithoutRest()
    {
        var stamps = Stamps(new(400, 300, 500), new(200, 150, 250), s_frame);
        Assert.Equal(
            "user/transport=200E gateway/receive=10M gateway/input-queue=20M gateway/forward=30M rdp desk/transport=400E "
            + "rdp desk/host=600D gateway/decode=50M gateway/publish=60M gateway/picture-queue=70M gateway/encode=80M user/present=400D",
            Shown(stamps));
        Assert.Equal(1930 - 10, SampleTimes.Of(stamps, s_stages).Sum(time => time.Nanos));
        var host = SampleTimes.Of(stamps, s_stages).Single(time => time.Key == s_stages.Host);
        Assert.Equal((500, 700), (host.LowNanos, host.HighNanos));
    }

    [Fact]
    public void Of_WaysNotKnown_PoolsWhatIsBehindThem()
    {
        var stamps = Stamps(null, null, s_frame);
        Assert.Equal(
            "gateway/receive=10M gateway/input-queue=20M gateway/forward=30M rdp desk/host=1000P gateway/decode=50M gateway/publish=60M "
            + "gateway/picture-queue=70M gateway/encode=80M user/present=600P", Shown(stamps));
        Assert.Equal(1930 - 10, SampleTimes.Of(stamps, s_stages).Sum(time => time.Nanos));
    }

    [Fact]
    public void Of_EchoesSlowerThanTheWait_NeverMakeANegativeHost()
    {
        var times = SampleTimes.Of(Stamps(new(4000, 300, 5000), new(9000, 8000, 9500), s_frame), s_stages);
        Assert.All(times, time => Assert.InRange(time.Nanos, 0, 1000));
        Assert.All(times, time => Assert.InRange(time.Nanos, time.LowNanos, time.HighNanos));
        Assert.Equal(1930 - 10, times.Sum(time => time.Nanos));
    }

    [Fact]
    public void Of_ClientThatDoesNotAcknowledge_HasNoPresentStage()
    {
        var times = SampleTimes.Of(Stamps(new(400, 300, 500), new(200, 150, 250), s_frame with { AcknowledgedNanos = 0 }), s_stages);
        Assert.DoesNotContain(times, time => time.Key == s_stages.Present);
        Assert.Equal(1330 - 10 + 200, times.Sum(time => time.Nanos));
    }

    [Fact]
    public void Of_ProbeWithoutFrame_EndsInTheSurface() =>
        Assert.Equal(1180 - 10, SampleTimes.Of(Stamps(new(400, 300, 500), null, null), s_stages).Sum(time => time.Nanos));

    [Fact]
    public void Of_FrameTakenAMomentBeforeThePublication_StillAddsUp()
    {
        var times = SampleTimes.Of(Stamps(null, null, s_frame with { TakenNanos = 1170 }), s_stages);
        Assert.Equal(0, times.Single(time => time.Key == s_stages.PictureQueue).Nanos);
        Assert.Equal(1930 - 10, times.Sum(time => time.Nanos));
    }

    [Theory]
    [InlineData(60, 1120, 1180, false)]   // received before the input was sent
    [InlineData(1070, 1060, 1180, false)] // decoded before it was received
    [InlineData(1070, 1120, 1110, false)] // published before it was decoded
    [InlineData(1070, 1120, 1340, false)] // sent to the client before it was published
    [InlineData(1070, 1120, 1180, true)]
    public void IsPossible_OrderOfStamps_Decides(long received, long decoded, long published, bool possible) =>
        Assert.Equal(possible, SampleTimes.IsPossible(new(
            s_input, s_answer with { ReceivedNanos = received, DecodedNanos = decoded, PublishedNanos = published }, s_frame, null, null)));
}
