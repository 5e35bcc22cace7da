using System.Net;
using System.Net.Sockets;
using FreeRdp.Native;

namespace FreeRdp.Net.Tests;

public sealed class ArrivalClockTests : IDisposable
{
    private const long MillisNanos = 1_000_000;
    private readonly Socket _sender;
    private readonly Socket _receiver;

    public ArrivalClockTests()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        _sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _sender.Connect(listener.LocalEndPoint!);
        _receiver = listener.Accept();
    }

    [Fact]
    public void Look_AtBytesThatWaited_SaysWhenTheyCame()
    {
        ArrivalClock.Enable((int)_receiver.Handle);
        var clock = new ArrivalClock((int)_receiver.Handle);
        var before = Posix.MonotonicNanos();
        _sender.Send([1, 2, 3]);
        var after = Posix.MonotonicNanos();
        Thread.Sleep(50);
        clock.Look();
        // Both clocks are read one after the other: a thread that is put to sleep between them is off by as much.
        Assert.InRange(clock.Nanos, before - MillisNanos, after + (20 * MillisNanos));
    }

    [Fact]
    public void Look_WhenAllWasRead_StaysWithWhatWasReadLast()
    {
        ArrivalClock.Enable((int)_receiver.Handle);
        var clock = new ArrivalClock((int)_receiver.Handle);
        _sender.Send([1]);
        Assert.Equal(1, Peeked());
        clock.Look();
        var came = clock.Nanos;
        _receiver.Receive(new byte[8]);
        Thread.Sleep(20);
        clock.Look();
        Assert.Equal(came, clock.Nanos);
    }

    [Fact]
    public void Look_WithoutStamps_IsTheMomentOfTheLook()
    {
        var clock = new ArrivalClock((int)_receiver.Handle);
        _sender.Send([1]);
        Assert.Equal(1, Peeked());
        Thread.Sleep(30);
        var before = Posix.MonotonicNanos();
        clock.Look();
        Assert.InRange(clock.Nanos, before, Posix.MonotonicNanos());
    }

    [Fact]
    public void Look_AgainAndAgain_NeverGoesBack()
    {
        ArrivalClock.Enable((int)_receiver.Handle);
        var clock = new ArrivalClock((int)_receiver.Handle);
        var last = clock.Nanos;
        for (var i = 0; i < 200; i++)
        {
            _sender.Send([1, 2]);
            clock.Look();
            if (i % 3 == 0 && _receiver.Available > 0) _receiver.Receive(new byte[1]);
            clock.LookAgain();
            Assert.True(clock.Nanos >= last);
            last = clock.Nanos;
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _receiver.Dispose();
    }

    // Waits until it is there, and leaves it.
    private int Peeked() => _receiver.Receive(new byte[1], SocketFlags.Peek);
}
