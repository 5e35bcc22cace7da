using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

/// <summary>Real nodes with real doors and real TLS, in this process.</summary>
public sealed class RelayTests : IDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20), s_lostWithin = TimeSpan.FromSeconds(10);

    private readonly RelaySite _home = new(), _a = new(), _b = new();
    private readonly EchoHost _host = new();

    public void Dispose()
    {
        _host.Dispose();
        _home.Dispose();
        _a.Dispose();
        _b.Dispose();
    }

    [Fact]
    public async Task Dial_ThroughOneRelay_CarriesBytesAndFinishesBothWays()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a");

        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));
        socket.Send("hello"u8);
        Assert.Equal("hello"u8.ToArray(), ReceiveAll(socket, 5));
        socket.Shutdown(SocketShutdown.Send);

        Assert.Equal(0, socket.Receive(new byte[1]));
        Assert.Contains(_a.Audit.Read(new()), record => record.Action == "relay-opened" && record.Actor == "home" && record.Detail.Contains("session session-1", StringComparison.Ordinal));
    }

    // The second relay's TLS runs inside the first one's bytes; the first one sees only where the second is.
    [Fact]
    public async Task Dial_ThroughTwoRelays_TheFirstSeesOnlyTheSecond()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a", "b");

        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));
        socket.Send("hello"u8);
        Assert.Equal("hello"u8.ToArray(), ReceiveAll(socket, 5));

        Assert.Equal(_b.Address.ToString(), Assert.Single(_a.Node.Streams).Grant!.Target.ToString());
        Assert.Equal(_host.Address.ToString(), Assert.Single(_b.Node.Streams).Grant!.Target.ToString());
        Assert.True(_a.Node.Streams[0].Up.InsideMicros > 0);
    }

    [Fact]
    public async Task Dial_HundredMegabytes_ArriveIntact()
    {
        const int total = 100 << 20;
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a", "b");
        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));

        using var sent = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        using var received = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        var sending = Task.Run(() =>
        {
            byte[] piece = new byte[70_001];
            for (int left = total; left > 0; left -= piece.Length)
            {
                Random.Shared.NextBytes(piece);
                var part = piece.AsSpan(0, Math.Min(left, piece.Length));
                sent.AppendData(part);
                for (int done = 0; done < part.Length; done += socket.Send(part[done..]))
                {
                }
            }

            socket.Shutdown(SocketShutdown.Send);
        });
        byte[] buffer = new byte[1 << 16];
        long count = 0;
        for (int read; (read = socket.Receive(buffer)) > 0; count += read)
        {
            received.AppendData(buffer, 0, read);
        }

        await sending;
        Assert.Equal(total, count);
        Assert.Equal(sent.GetHashAndReset(), received.GetHashAndReset());
    }

    // A request that ends, and an answer that comes after it: what half a connection is for.
    [Fact]
    public async Task Finish_OfEitherSide_LeavesTheOtherDirectionOpen()
    {
        await EnrolAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var dialer = await _home.ThroughAsync("a", "b");
        using var near = Connected(await dialer.DialAsync(new HostEndpoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), CancellationToken.None));
        using var far = await listener.AcceptSocketAsync();

        near.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, far.Receive(new byte[1]));
        // Longer than a relay that says nothing would be waited for.
        await Task.Delay(TimeSpan.FromSeconds(3));
        far.Send("still here"u8);
        Assert.Equal("still here"u8.ToArray(), ReceiveAll(near, 10));
        far.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, near.Receive(new byte[1]));
        Assert.False(dialer.Lost.IsCompleted);
    }

    [Fact]
    public async Task Finish_OfTheHost_LeavesTheWayToItOpen()
    {
        await EnrolAsync();
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await using var dialer = await _home.ThroughAsync("a");
        using var near = Connected(await dialer.DialAsync(new HostEndpoint("127.0.0.1", ((IPEndPoint)listener.LocalEndpoint).Port), CancellationToken.None));
        using var far = await listener.AcceptSocketAsync();

        far.Shutdown(SocketShutdown.Send);
        Assert.Equal(0, near.Receive(new byte[1]));
        near.Send("late"u8);

        Assert.Equal("late"u8.ToArray(), ReceiveAll(far, 4));
    }

    [Fact]
    public async Task Echo_OfEachRelay_SaysHowLongItTookInside()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a", "b");
        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));

        Assert.Equal(["relay a", "relay b"], dialer.Probes.Select(probe => probe.Layer));
        foreach (var probe in dialer.Probes)
        {
            var echo = await probe.EchoAsync(s_patience, CancellationToken.None);
            Assert.InRange(echo!.Value.InsideNanos!.Value, 1, echo.Value.RoundTripNanos);
        }
    }

    [Fact]
    public async Task Dial_WhenNoRuleNamesIt_IsRefusedWithTheNearestRule()
    {
        await _home.EnrolAtAsync(_a, "home", "a");
        _a.Relays.Allow($"127.0.0.1:{_host.Address.Port + 1}", null);
        await using var dialer = await _home.ThroughAsync("a");

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;

        Assert.Equal((FailureCause.PolicyRefused, "relay a"), (failure.Cause, failure.Layer));
        Assert.Contains($"its rule 127.0.0.1:{_host.Address.Port + 1} names the host", failure.Detail);
        Assert.Contains("not the port", _a.LastRefusal());
        Assert.Equal(0, _host.Accepted);
    }

    [Fact]
    public async Task Dial_WithoutAnyRule_IsRefused()
    {
        await _home.EnrolAtAsync(_a, "home", "a");
        await _b.EnrolAtAsync(_a, "b", "a");
        _a.Relays.Allow("0.0.0.0/0", "b");
        await using var dialer = await _home.ThroughAsync("a");

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;

        Assert.Contains("no rule that allows home anything", failure.Detail);
    }

    [Fact]
    public async Task Dial_HostThatRefuses_NamesTheHostAndNotTheRelay()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a");
        var address = _host.Address;
        _host.Dispose();

        var failure = (await dialer.DialAsync(address, CancellationToken.None)).Failure!;

        Assert.Equal((FailureCause.Refused, null), (failure.Cause, failure.Layer));
    }

    [Fact]
    public async Task Dial_WhenTheSecondRelayIsDown_NamesThatOne()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a", "b");
        _b.Node.Dispose();

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;

        Assert.Equal((FailureCause.HopDown, "relay b"), (failure.Cause, failure.Layer));
    }

    [Fact]
    public async Task Dial_WhenTheRelayShowsAnotherKey_IsRefused()
    {
        await _home.EnrolAtAsync(_a, "home", "a");
        var known = _home.Relays.Find("a")!;
        _home.Relays.Forget("a");
        _home.Relays.Add("a", known.PublicKey, _b.Address.ToString());
        await using var dialer = await _home.ThroughAsync("a");

        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;

        Assert.Equal((FailureCause.KeyChanged, "relay a"), (failure.Cause, failure.Layer));
        Assert.Contains(Convert.ToHexStringLower(_b.Key.Id), failure.Detail);
    }

    [Fact]
    public async Task Forget_EndsWhatIsRelayedAndLetsNobodyIn()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a");
        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));

        Assert.True(_a.Node.Forget("home"));

        Assert.Equal(0, socket.Receive(new byte[1]));
        var failure = (await dialer.DialAsync(_host.Address, CancellationToken.None)).Failure!;
        Assert.Equal((FailureCause.AccessDenied, "relay a"), (failure.Cause, failure.Layer));
        Assert.Contains("is enrolled", failure.Detail);
    }

    [Fact]
    public async Task Lost_WhenARelayDies_NamesItAtOnceAtEveryLayerBehind()
    {
        await EnrolAsync();
        await using var dialer = await _home.ThroughAsync("a", "b");
        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));
        long started = Stopwatch.GetTimestamp();

        _b.Node.Dispose();

        var failure = await dialer.Lost.WaitAsync(s_patience);
        Assert.True(Stopwatch.GetElapsedTime(started) < s_lostWithin);
        Assert.Equal((FailureCause.HopDown, "relay b"), (failure.Cause, failure.Layer));
        Assert.Equal(0, socket.Receive(new byte[1]));
    }

    // Nothing is closed, nothing is refused: the far node's machine is just not there any more.
    [Fact]
    public async Task Lost_WhenAWayGoesSilent_NamesTheRelayBeyond()
    {
        await EnrolAsync();
        using var cable = new SilentCable(_b.Address);
        var known = _home.Relays.Find("b")!;
        _home.Relays.Forget("b");
        _home.Relays.Add("b", known.PublicKey, cable.Address.ToString());
        await using var dialer = await _home.ThroughAsync("a", "b");
        using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));
        socket.Send("hello"u8);
        ReceiveAll(socket, 5);
        long started = Stopwatch.GetTimestamp();

        cable.Cut();

        var failure = await dialer.Lost.WaitAsync(s_patience);
        Assert.Equal("relay b", failure.Layer);
        Assert.True(Stopwatch.GetElapsedTime(started) < s_lostWithin, $"{Stopwatch.GetElapsedTime(started).TotalSeconds:0.00} s");
    }

    [Fact]
    public async Task Cycles_LeaveNoDescriptorsAndNoThreads()
    {
        await EnrolAsync();
        await CycleAsync(5);
        var (descriptors, threads) = Held();

        await CycleAsync(50);

        for (int i = 0; i < 100 && (Held().Descriptors > descriptors + 8 || Held().Threads > threads + 8); i++)
        {
            await Task.Delay(50);
        }

        Assert.True(Held().Descriptors <= descriptors + 8 && Held().Threads <= threads + 8, $"{(descriptors, threads)} before, {Held()} after");
        Assert.Empty(_a.Node.Streams);
    }

    private async Task CycleAsync(int count)
    {
        for (int i = 0; i < count; i++)
        {
            await using var dialer = await _home.ThroughAsync("a", "b");
            using var socket = Connected(await dialer.DialAsync(_host.Address, CancellationToken.None));
            socket.Send("x"u8);
            ReceiveAll(socket, 1);
        }
    }

    private static (int Descriptors, int Threads) Held() =>
        (Count("/proc/self/fd", link => File.ResolveLinkTarget(link, false)?.FullName.Contains("socket", StringComparison.Ordinal) == true),
            // The pool's own threads come and go as it likes.
            Count("/proc/self/task", task => File.ReadAllText(Path.Combine(task, "comm")).StartsWith("relay", StringComparison.Ordinal)));

    private static int Count(string folder, Func<string, bool> isOne) => Directory.GetFileSystemEntries(folder).Count(entry =>
    {
        try
        {
            return isOne(entry);
        }
        catch (IOException)
        {
            return false; // gone meanwhile
        }
    });

    private async Task EnrolAsync()
    {
        await _home.EnrolAtAsync(_a, "home", "a");
        await _home.EnrolAtAsync(_b, "home", "b");
        _a.Relays.Allow("127.0.0.0/8", null);
        _b.Relays.Allow("127.0.0.0/8", null);
    }

    private static Socket Connected(DialResult dialed)
    {
        Assert.Null(dialed.Failure);
        dialed.Socket!.ReceiveTimeout = (int)s_patience.TotalMilliseconds;
        return dialed.Socket;
    }

    private static byte[] ReceiveAll(Socket socket, int count)
    {
        byte[] bytes = new byte[count];
        for (int done = 0; done < count;)
        {
            int read = socket.Receive(bytes.AsSpan(done));
            done += read > 0 ? read : throw new EndOfStreamException($"{done} of {count} bytes came");
        }

        return bytes;
    }
}
