using System.Globalization;
using RemoteChain.Gateway.Sessions;

namespace RemoteChain.Gateway.Tests.Sessions;

/// <summary>What is named when. Each row is a story: what happens at which millisecond, and what is said at its end.</summary>
public sealed class PathJudgeTests
{
    private const long NanosOfMilli = 1_000_000;

    // MS ok: the peer acknowledged meanwhile. MS waits: it owes. MS idle: nothing is owed. MS +P, MS -P: point P answered, did not answer what
    // it was asked then. The points are 0 and 1 hops, 2 the host; all have answered before unless the row says who.
    public static TheoryData<string, string, int?> Stories => new()
    {
        { "everything is well", "0 ok, 200 +0, 200 +1, 200 +2, 1000 ok, 2000 idle, 9000 idle", null },
        { "the host is cut off", "0 waits, 300 +0, 300 +1, 300 -2, 550 +0, 550 +1, 550 -2, 1100 waits", 2 },
        { "the first hop is cut off, and nobody behind it answers", "0 waits, 300 -0, 300 -1, 300 -2, 550 -0, 550 -1, 550 -2, 1100 waits", 0 },
        { "the second hop is killed", "0 waits, 300 +0, 300 -1, 300 -2, 550 +0, 550 -1, 550 -2, 1100 waits", 1 },
        { "it is too early to say", "0 waits, 300 -0, 300 -1, 300 -2, 550 -0, 550 -1, 550 -2, 700 waits", null },
        { "a single echo got lost", "0 waits, 300 +0, 300 +1, 300 -2, 1100 waits", null },
        { "a hop in front has not been heard yet", "0 waits, 300 -1, 550 -1, 1100 waits", null },
        { "the host acknowledges and filters echoes from now on", "0 waits, 300 +0, 300 +1, 300 -2, 550 -2, 800 ok, 1100 waits, 1200 waits", null },
        { "nothing is owed, and echoes are filtered", "0 idle, 300 -0, 300 -1, 300 -2, 550 -0, 550 -1, 550 -2, 5000 idle", null },
        { "the host's programs are paused: its kernel still acknowledges", "0 waits, 100 ok, 300 +0, 300 +1, 300 +2, 1000 waits, 1100 ok, 3000 idle", null },
        { "the host answers echoes while the connection waits", "0 waits, 300 +0, 300 +1, 300 +2, 1500 +0, 1500 +1, 1500 +2, 3000 waits", null },
        { "silence before the connection waited counts for nothing", "0 idle, 100 -2, 200 -2, 300 waits, 500 +0, 500 +1, 1200 waits", null },
        { "an answer in between is a sign of life", "0 waits, 300 +0, 300 +1, 300 -2, 550 +2, 800 -2, 1100 waits", null },
    };

    [Theory]
    [MemberData(nameof(Stories))]
    public void Down_AfterAStory_NamesTheFirstThatIsGone(string story, string events, int? expected)
    {
        Assert.NotEmpty(story);
        Assert.Equal(expected, Played(new PathJudge([true, true, true]), events));
    }

    [Theory]
    [InlineData(false, true, true, 1)]
    [InlineData(true, false, true, 0)]
    [InlineData(false, false, true, 2)]
    [InlineData(false, false, false, null)]
    public void Down_PointThatNeverAnswered_IsPassedOver(bool first, bool second, bool host, int? expected) => Assert.Equal(
        expected, Played(new PathJudge([first, second, host]), "0 waits, 300 -0, 300 -1, 300 -2, 550 -0, 550 -1, 550 -2, 1100 waits"));

    [Fact]
    public void Down_OnALongWay_WaitsForSomeOfItsRoundTrips()
    {
        var judge = new PathJudge([true]);
        judge.Saw(0, 0, 0, waits: true, roundTripNanos: 400 * NanosOfMilli);
        judge.Silent(0, 300 * NanosOfMilli);
        judge.Silent(0, 550 * NanosOfMilli);

        Assert.Null(judge.Down(1500 * NanosOfMilli));
        Assert.Equal(0, judge.Down(1600 * NanosOfMilli));
    }

    [Fact]
    public void IsInDoubt_OnlyWhileTheConnectionWaits()
    {
        var judge = new PathJudge([]);
        judge.Saw(0, 0, 0, waits: true, 0);
        Assert.False(judge.IsInDoubt(PathJudge.DoubtNanos - 1));
        Assert.True(judge.IsInDoubt(PathJudge.DoubtNanos));
        judge.Saw(PathJudge.DoubtNanos, 1, 1, waits: true, 0);
        Assert.False(judge.IsInDoubt(PathJudge.DoubtNanos + 1));
    }

    private static int? Played(PathJudge judge, string events)
    {
        long segments = 0, nowNanos = 0;
        foreach (string[] parts in events.Split(", ").Select(e => e.Split(' ')))
        {
            nowNanos = long.Parse(parts[0], CultureInfo.InvariantCulture) * NanosOfMilli;
            switch (parts[1])
            {
                case "ok":
                    judge.Saw(nowNanos, ++segments, segments, waits: false, 0);
                    break;
                case "waits" or "idle":
                    judge.Saw(nowNanos, segments, segments, parts[1] == "waits", 0);
                    break;
                case ['+', var point]:
                    judge.Answered(point - '0', nowNanos);
                    break;
                case ['-', var point]:
                    judge.Silent(point - '0', nowNanos);
                    break;
            }
        }

        return judge.Down(nowNanos);
    }
}
