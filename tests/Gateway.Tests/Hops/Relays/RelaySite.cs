using System.Net;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Hops.Relays;

/// <summary>A node among others, with its own store and key, listening on loopback unless nobody shall come in.</summary>
public sealed class RelaySite : IDisposable
{
    public RelaySite(bool hasDoor = true)
    {
        Key = NodeKey.LoadOrCreate(Store.Path, TimeProvider.System);
        Relays = new RelayStore(Store.Database);
        Audit = new AuditLog(Store.Database);
        Node = new RelayNode(Key, Relays, Audit, Store.Time);
        Node.Start(hasDoor ? new IPEndPoint(IPAddress.Loopback, 0) : null);
    }

    public TestStore Store { get; } = new();

    public NodeKey Key { get; }

    public RelayStore Relays { get; }

    public AuditLog Audit { get; }

    public RelayNode Node { get; }

    public HostEndpoint Address => new("127.0.0.1", Node.Door!.Endpoint.Port);

    /// <summary>Enrols this site at another one, the real way; both must be fresh to each other.</summary>
    public async Task EnrolAtAsync(RelaySite other, string ownName, string otherName)
    {
        string code = other.Node.Invite(ownName)!;
        Assert.Null(await Node.EnrolAsync(code, other.Address, otherName, CancellationToken.None));
    }

    /// <summary>The dialer beyond relays in a row, which this site has enrolled under these names.</summary>
    public async Task<Dialer> ThroughAsync(params string[] peers)
    {
        var opened = await Hop.FoldAsync(peers.Select((peer, i) => new RelayHop(
            new RelayErrand("site", i + 2, $"relay {peer}", "session-1", peer), Node)), CancellationToken.None);
        return opened.Dialer ?? throw new InvalidOperationException(opened.Failure!.ToString());
    }

    /// <summary>The newest refusal in this site's audit log.</summary>
    public string LastRefusal() => Audit.Read(new AuditQuery(Action: "relay-refused"))[^1].Detail;

    public void Dispose()
    {
        Node.Dispose();
        Key.Dispose();
        Store.Dispose();
    }
}
