using System.Net;
using RemoteChain.Gateway.Fronts;

namespace RemoteChain.Gateway.Tests.Fronts;

public class LobbyTests
{
    private static readonly IPAddress s_noisy = IPAddress.Parse("192.0.2.1");
    private static readonly IPAddress s_quiet = IPAddress.Parse("192.0.2.2");

    [Fact]
    public void TryEnter_OneAddressTakesAllItMay_AnotherStillGetsIn()
    {
        var lobby = new Lobby(TimeProvider.System);
        var seats = Enumerable.Range(0, Lobby.SeatsPerAddressMax).Select(_ => lobby.TryEnter(s_noisy)).ToList();
        Assert.All(seats, Assert.NotNull);

        Assert.Null(lobby.TryEnter(s_noisy));
        Assert.NotNull(lobby.TryEnter(s_quiet));

        seats[0]!.Dispose();
        seats[0]!.Dispose(); // giving back twice gives back once
        Assert.NotNull(lobby.TryEnter(s_noisy));
        Assert.Null(lobby.TryEnter(s_noisy));
    }

    [Fact]
    public void TryTakeWorker_OneAddressTakesAllItMay_AnotherStillGetsOne()
    {
        var lobby = new Lobby(TimeProvider.System);
        var noisy = Enumerable.Range(0, Lobby.WorkersPerAddressMax + 1).Select(_ => lobby.TryEnter(s_noisy)!).ToList();
        Assert.Equal(Lobby.WorkersPerAddressMax, noisy.Count(seat => seat.TryTakeWorker()));

        Assert.True(lobby.TryEnter(s_quiet)!.TryTakeWorker());
        noisy[0].Dispose();
        Assert.True(noisy[^1].TryTakeWorker());
    }

    [Fact]
    public void TryEnter_ManyAddresses_EndsAtTheLobbysSize()
    {
        var lobby = new Lobby(TimeProvider.System);
        int entered = Enumerable.Range(0, 1000).Count(i => lobby.TryEnter(new IPAddress(i)) is not null);
        Assert.Equal(Lobby.SeatsMax, entered);
    }

    [Fact]
    public void IsWelcome_AddressThatNeverSignsIn_RunsOutOfPatienceAndRegainsIt()
    {
        var time = new SteppedTime();
        var lobby = new Lobby(time);
        for (int i = 0; i < Lobby.PatienceMax; i++)
        {
            using var seat = lobby.TryEnter(s_noisy)!;
            Assert.True(seat.IsWelcome);
            Assert.True(seat.TryTakeWorker());
        }

        using (var refused = lobby.TryEnter(s_noisy)!)
        {
            Assert.False(refused.IsWelcome);
            Assert.True(lobby.TryEnter(s_quiet)!.IsWelcome);
            time.Step(Lobby.PatienceRegained);
            Assert.True(refused.IsWelcome);
        }
    }

    [Fact]
    public void SignedIn_OneGoodClient_RestoresTheAddress()
    {
        var lobby = new Lobby(new SteppedTime());
        for (int i = 0; i < Lobby.PatienceMax - 1; i++)
        {
            using var seat = lobby.TryEnter(s_noisy)!;
            seat.TryTakeWorker();
        }

        using (var good = lobby.TryEnter(s_noisy)!)
        {
            good.TryTakeWorker();
            good.SignedIn();
        }

        for (int i = 0; i < Lobby.PatienceMax; i++)
        {
            using var seat = lobby.TryEnter(s_noisy)!;
            Assert.True(seat.IsWelcome);
            seat.TryTakeWorker();
        }
    }

    private sealed class SteppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public void Step(TimeSpan by) => _now += by.Ticks;

        public override long GetTimestamp() => _now;
    }
}
