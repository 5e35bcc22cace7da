namespace RemoteChain.Gateway.Lab;

/// <summary>Which way a delay lies. Only the round trip can be seen from the gateway, and it is the same for all three.</summary>
enum RelayWay
{
    /// <summary>Half of it each way.</summary>
    Both,

    /// <summary>All of it towards the far end.</summary>
    Up,

    /// <summary>All of it from the far end.</summary>
    Down,
}

/// <summary>
/// A network that takes longer: two devices, one on the machine and one in the far end's namespace, with this process between them. TCP
/// stays end to end, addresses stay the same, and connections that exist go on: only the route changes (<see cref="LabLeg"/>).
/// </summary>
sealed class DelayRelay : IDisposable
{
    readonly LabLeg _leg;
    readonly TunDevice _near, _far;
    readonly RelayDirection _up, _down;

    /// <summary>Lays the detour, without a delay so far.</summary>
    /// <exception cref="IOException">No devices can be had, or a route is refused.</exception>
    public DelayRelay(LabLeg leg)
    {
        _leg = leg;
        // Sixteen characters at most; the process number keeps two relays of one machine apart.
        _near = new TunDevice($"rcd{Environment.ProcessId}n");
        try
        {
            _far = new TunDevice($"rcd{Environment.ProcessId}f");
        }
        catch
        {
            _near.Dispose();
            throw;
        }

        _up = new RelayDirection(_near, _far, leg.Port);
        _down = new RelayDirection(_far, _near, leg.Port);
        try
        {
            leg.Detour(_near.Name, _far.Name);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>Both directions together.</summary>
    public RelayAccount Account
    {
        get
        {
            var (up, down) = (_up.Account, _down.Account);
            return new(up.Packets + down.Packets, up.Dropped + down.Dropped, up.HeldNanos + down.HeldNanos, Math.Max(up.LateNanosMax, down.LateNanosMax));
        }
    }

    /// <summary>Changes the delay of what comes from now on.</summary>
    public void Set(DelaySchedule schedule, RelayWay way, bool probesOnly)
    {
        _up.Set(schedule, way switch { RelayWay.Both => 1, RelayWay.Up => 2, _ => 0 }, probesOnly);
        _down.Set(schedule, way switch { RelayWay.Both => 1, RelayWay.Down => 2, _ => 0 }, probesOnly);
    }

    /// <summary>Gives the route back, passes on what is held, and takes the devices away.</summary>
    public void Dispose()
    {
        _leg.Straighten(_near.Name, _far.Name);
        _up.Dispose();
        _down.Dispose();
        _near.Dispose();
        _far.Dispose();
    }
}
