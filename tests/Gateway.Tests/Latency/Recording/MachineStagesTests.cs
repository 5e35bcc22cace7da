using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Recording;

/// <summary>An emulated machine's time, from stamps to stages.</summary>
public sealed class MachineStagesTests
{
    static readonly ChainStages s_stages = new(ChainDocument.Parse("name: a\nlayers:\n  - kind: machine\n    template: echo\n").Chain!);

    static readonly DeliveredInput s_input = new(
        new InputEvent(InputKind.Scancode, 0, 30, Id: 1ul << 48 | 1, ReceivedNanos: 10, PublishedNanos: 20), TakenNanos: 40, SentNanos: 70);

    static readonly DamageEntry s_answer = new(5, new(0, 0, 8, 16), 1, 1ul << 48 | 1, ReceivedNanos: 170, DecodedNanos: 220, PublishedNanos: 280);

    static string Shown(GuestTimes? guest) => string.Join(' ', SampleTimes.Of(new(s_input, s_answer, null, null, null, Guest: guest), s_stages)
        .Select(time => $"{time.Key}={time.Nanos}{time.Grade.Letter()}"));

    [Fact]
    public void Of_AllStationsKnown_AreAllMeasured() => Assert.Equal(
        "gateway/receive=10M gateway/input-queue=20M gateway/forward=30M machine echo/interrupt=11M machine echo/read=22M machine echo/draw=67M "
        + "machine echo/refresh=50M gateway/publish=60M", Shown(new(81, 103)));

    [Fact]
    public void Of_StationsNotKnownOrImpossible_IsOneWait()
    {
        const string one = "gateway/receive=10M gateway/input-queue=20M gateway/forward=30M machine echo/host=100M machine echo/refresh=50M gateway/publish=60M";
        Assert.Equal(one, Shown(null));
        Assert.Equal(one, Shown(new(60, 103)));
        Assert.Equal(one, Shown(new(81, 171)));
    }
}
