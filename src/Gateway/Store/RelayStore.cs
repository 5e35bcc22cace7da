using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>Another node that is enrolled here: its key is pinned.</summary>
/// <param name="Name">What it is called here.</param>
/// <param name="PublicKey">Its key, as SubjectPublicKeyInfo.</param>
/// <param name="Address">Where it listens, <c>host:port</c>; null when it dials out to this node and waits.</param>
/// <param name="Joined">Whether this node dials out to it and waits.</param>
/// <param name="Enrolled">Since when.</param>
public sealed record RelayPeer(string Name, byte[] PublicKey, string? Address, bool Joined, DateTimeOffset Enrolled);

/// <summary>A destination that this node connects to as a relay.</summary>
/// <param name="Id">Never reused.</param>
/// <param name="Rule">Host, address or network, with ports.</param>
/// <param name="Peer">For whom; null for all enrolled nodes.</param>
public sealed record RelayRuleRow(long Id, string Rule, string? Peer);

/// <summary>Enrolled nodes, and what this node allows as a relay.</summary>
public sealed class RelayStore(Database database)
{
    const string SelectPeer = "select name as Name, public_key as PublicKey, address as Address, joined as Joined, enrolled as EnrolledMillis from relay_peer";

    /// <summary>All enrolled nodes, by name.</summary>
    public IReadOnlyList<RelayPeer> Peers() => database.Read(connection =>
        connection.Query<PeerRow>($"{SelectPeer} order by name").Select(row => row.ToPeer()).ToList());

    /// <summary>The node of that name; null when none is enrolled.</summary>
    public RelayPeer? Find(string name) => database.Read(connection =>
        connection.QueryFirstOrDefault<PeerRow>($"{SelectPeer} where name = @name", new { name })?.ToPeer());

    /// <summary>The node with that key; null when none is enrolled.</summary>
    public RelayPeer? Find(byte[] publicKey) => database.Read(connection =>
        connection.QueryFirstOrDefault<PeerRow>($"{SelectPeer} where public_key = @publicKey", new { publicKey })?.ToPeer());

    /// <summary>Enrols a node. False when the name or the key is taken.</summary>
    public bool Add(string name, byte[] publicKey, string? address) => database.Write(connection => connection.Execute(
        "insert or ignore into relay_peer (name, public_key, address, joined, enrolled) values (@name, @publicKey, @address, 0, @now)",
        new { name, publicKey, address, now = database.Now })) == 1;

    /// <summary>Whether this node dials out to that one and waits. False when there is no such node.</summary>
    public bool SetJoined(string name, bool joined) => database.Write(connection =>
        connection.Execute("update relay_peer set joined = @joined where name = @name", new { name, joined })) == 1;

    /// <summary>Forgets a node and the rules that were for it. False when there is no such node.</summary>
    public bool Forget(string name) => database.Write(connection =>
    {
        connection.Execute("delete from relay_rule where peer = @name", new { name });
        return connection.Execute("delete from relay_peer where name = @name", new { name }) == 1;
    });

    /// <summary>All rules, in the order in which they were made.</summary>
    public IReadOnlyList<RelayRuleRow> Rules() => database.Read(connection =>
        connection.Query<RelayRuleRow>("select id as Id, rule as Rule, peer as Peer from relay_rule order by id").ToList());

    /// <summary>Adds a rule. False when it is there already.</summary>
    public bool Allow(string rule, string? peer) => database.Write(connection => connection.Execute("""
        insert into relay_rule (rule, peer) select @rule, @peer where not exists (select 1 from relay_rule where rule = @rule and peer is @peer)
        """, new { rule, peer })) == 1;

    /// <summary>Takes a rule away. False when it is not there.</summary>
    public bool Deny(string rule, string? peer) => database.Write(connection =>
        connection.Execute("delete from relay_rule where rule = @rule and peer is @peer", new { rule, peer })) == 1;

    sealed class PeerRow
    {
        public string Name { get; init; } = "";
        public byte[] PublicKey { get; init; } = [];
        public string? Address { get; init; }
        public bool Joined { get; init; }
        public long EnrolledMillis { get; init; }

        public RelayPeer ToPeer() => new(Name, PublicKey, Address, Joined, Database.Instant(EnrolledMillis));
    }
}
