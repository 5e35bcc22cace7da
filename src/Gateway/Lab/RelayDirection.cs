using System.Buffers.Binary;
using RemoteChain.Gateway.Lab.Native;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// One direction of a delay relay, on a thread of its own: reads packets from one device, holds them, writes them to the other. Sleeps in
/// the kernel until a packet comes or one is due.
/// </summary>
sealed class RelayDirection : IDisposable
{
    const int TcpProtocol = 6;

    readonly TunDevice _from, _to;
    readonly int _port;
    readonly Bell _bell = Bell.Create();
    readonly HeldPackets _session = new(), _others = new();
    readonly Thread _thread;
    volatile DelaySchedule _schedule = DelaySchedule.None;
    volatile bool _probesOnly, _stopping;
    int _shareOfTwo;
    long _packets, _dropped, _heldNanos, _lateNanosMax;

    /// <summary>Starts at once, without a delay.</summary>
    /// <param name="from">Where packets come from.</param>
    /// <param name="to">Where they go.</param>
    /// <param name="port">TCP packets from or to it are the session's; all others are taken for probes.</param>
    public RelayDirection(TunDevice from, TunDevice to, int port)
    {
        (_from, _to, _port) = (from, to, port);
        _thread = new Thread(Run) { IsBackground = true, Name = $"relay {from.Name}" };
        _thread.Start();
    }

    /// <summary>What it has done: packets, those lost for want of room, how long they were held, and by how much the latest was late.</summary>
    public RelayAccount Account => new(Interlocked.Read(ref _packets), Interlocked.Read(ref _dropped), Interlocked.Read(ref _heldNanos), Interlocked.Read(ref _lateNanosMax));

    /// <summary>It passes nothing on any more: it was disposed of, or its device has gone.</summary>
    public bool IsOver => !_thread.IsAlive;

    /// <summary>Changes the delay of packets that come from now on.</summary>
    /// <param name="schedule">The round trip's delay.</param>
    /// <param name="halves">How much of it this direction takes: 0, 1 or 2 halves.</param>
    /// <param name="probesOnly">Let the session's own packets pass at once.</param>
    public void Set(DelaySchedule schedule, int halves, bool probesOnly)
    {
        (_shareOfTwo, _probesOnly) = (halves, probesOnly);
        _schedule = schedule;
    }

    /// <summary>Passes everything on that is held, and ends.</summary>
    public void Dispose()
    {
        _stopping = true;
        _bell.Ring();
        _thread.Join();
        _bell.Dispose();
    }

    void Run()
    {
        // The default slack of 50 µs would be the relay's error.
        _ = Linux.prctl(Linux.PR_SET_TIMERSLACK, 1);
        // Before everybody else, because what is measured must not depend on how busy the machine is. Where it is refused it is less exact.
        var lowest = 1;
        _ = Linux.sched_setscheduler(0, Linux.SCHED_FIFO, ref lowest);
        var packet = new byte[TunDevice.PacketBytesMax];
        Span<PolledDescriptor> polled = stackalloc PolledDescriptor[2];
        while (!_stopping)
        {
            polled[0] = new(_from.Descriptor);
            polled[1] = new(_bell.Handle.Descriptor);
            DescriptorPoll.WaitUntil(polled, Math.Min(_session.DueNanos, _others.DueNanos));
            // The device has gone with its namespace. poll would answer at once from now on, and this thread goes before all others.
            if ((polled[0].Happened & ~PolledDescriptor.Readable) != 0) break;
            Take(packet);
            var now = MonotonicClock.NowNanos();
            Release(_session, now);
            Release(_others, now);
        }

        Release(_session, long.MaxValue - 1);
        Release(_others, long.MaxValue - 1);
    }

    void Take(Span<byte> packet)
    {
        for (int length; (length = _from.Read(packet)) > 0;)
        {
            var now = MonotonicClock.NowNanos();
            var isSession = IsSession(packet[..length]);
            var nanos = isSession && _probesOnly ? 0 : _schedule.At(now) * _shareOfTwo / 2;
            Interlocked.Increment(ref _packets);
            if ((isSession ? _session : _others).Add(packet[..length], now + nanos)) Interlocked.Add(ref _heldNanos, nanos);
            else Interlocked.Increment(ref _dropped);
        }
    }

    void Release(HeldPackets held, long now)
    {
        while (held.DueNanos <= now)
        {
            var late = now - held.DueNanos;
            if (late > _lateNanosMax && !_stopping) Interlocked.Exchange(ref _lateNanosMax, late);
            _to.Write(held.Take());
        }
    }

    bool IsSession(ReadOnlySpan<byte> packet)
    {
        const int headerMin = 20, protocolAt = 9, portsBytes = 4;
        if (packet.Length < headerMin || packet[0] >> 4 != 4 || packet[protocolAt] != TcpProtocol) return false;
        var ports = (packet[0] & 15) * 4;
        return packet.Length >= ports + portsBytes && (BinaryPrimitives.ReadUInt16BigEndian(packet[ports..]) == _port
            || BinaryPrimitives.ReadUInt16BigEndian(packet[(ports + 2)..]) == _port);
    }
}

/// <summary>What one direction of a relay, or both, have done.</summary>
/// <param name="Packets">Packets that came.</param>
/// <param name="Dropped">Those that were lost because too many were held.</param>
/// <param name="HeldNanos">How long all together were to be held.</param>
/// <param name="LateNanosMax">By how much the latest went on after its time.</param>
readonly record struct RelayAccount(long Packets, long Dropped, long HeldNanos, long LateNanosMax);
