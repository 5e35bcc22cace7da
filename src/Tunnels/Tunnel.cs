using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels;

/// <summary>
/// One tunnel and the namespace that it leads out of. The device is born in the outer place, so that its packets go out there, and is moved
/// into the namespace, which has nothing else but a loopback: what starts inside leaves through the tunnel or not at all.
/// </summary>
abstract class Tunnel(EventLoop loop, NetworkNamespace outer, int number) : IDisposable
{
    static readonly TimeSpan s_second = TimeSpan.FromSeconds(1);

    EventLoop.Wish? _next;

    /// <summary>The node's number for it.</summary>
    internal int Number => number;

    /// <summary>The namespace that it leads out of.</summary>
    internal NetworkNamespace Inner { get; } = NetworkNamespace.Create();

    /// <summary>Called once when it carries packets.</summary>
    internal Action<TunnelOpened>? Opened { get; set; }

    /// <summary>Called once when it could not be opened or works no more; it is to be disposed of then.</summary>
    internal Action<Failure>? Lost { get; set; }

    protected NetworkNamespace Outer => outer;

    protected EventLoop Loop => loop;

    /// <summary>The device's name, outside and inside.</summary>
    protected string Device { get; } = DeviceName.Next();

    /// <summary>Begins to open it; ends in <see cref="Opened"/> or <see cref="Lost"/>, never before it has returned.</summary>
    internal abstract void Start();

    public void Dispose()
    {
        _next?.Dispose();
        (Opened, Lost) = (null, null);
        TakeDown();
        Inner.Dispose();
    }

    /// <summary>Ends the programs and removes the device.</summary>
    protected abstract void TakeDown();

    /// <summary>The one thing that it does next by itself.</summary>
    protected void Next(Action step, TimeSpan? delay = null)
    {
        _next?.Dispose();
        _next = loop.After(delay ?? s_second, () => Guarded(step));
    }

    /// <summary>Calls a step; what the system refuses there is the end of the tunnel, with its words.</summary>
    protected void Guarded(Action step)
    {
        try
        {
            step();
        }
        catch (IOException refused)
        {
            Fail(FailureCause.HopDown, refused.Message);
        }
    }

    protected void Fail(FailureCause cause, string detail, FailureStage stage = FailureStage.Dial)
    {
        _next?.Dispose();
        Lost?.Invoke(new Failure(stage, cause, detail));
    }

    /// <summary>Moves the device from the outer place inside, as it is: a program that watches its device from outside must see no change, which
    /// it would take for the device's end.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    protected void MoveIn() => Require(IpCommand.Run(outer, [$"link set dev {Device} netns {IpCommand.LentNamespace}"], Inner));

    /// <summary>Gives the device its addresses and routes and starts it. Families that this machine does not have are left out.</summary>
    /// <exception cref="IOException">The system refused.</exception>
    protected void Furnish(IEnumerable<AddressPrefix> addresses, IEnumerable<AddressPrefix> routes, int mtu)
    {
        List<string> commands = ["link set dev lo up"];
        commands.AddRange(addresses.Where(IsPossible).Select(address => $"addr add {address} dev {Device}{(IsV6(address) ? " nodad" : "")}"));
        commands.Add($"link set dev {Device}{(mtu > 0 ? $" mtu {mtu}" : "")} up");
        // Replaced, not added: an address has brought the route of its own network along.
        commands.AddRange(routes.Where(IsPossible).Select(route => $"{(IsV6(route) ? "-6 " : "")}route replace {route} dev {Device}"));
        Require(IpCommand.Run(Inner, commands));
    }

    protected static void Require(string? problem)
    {
        if (problem is not null) throw new IOException(problem);
    }

    static bool IsV6(AddressPrefix prefix) => AddressPrefix.BitsOf(prefix.Address) > 32;

    static bool IsPossible(AddressPrefix prefix) => !IsV6(prefix) || System.Net.Sockets.Socket.OSSupportsIPv6;
}
