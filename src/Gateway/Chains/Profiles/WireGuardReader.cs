using System.Globalization;
using System.Net;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>
/// Reads what <c>wg-quick(8)</c> reads: sections and keys in any case, <c>#</c> begins a comment anywhere, lists are separated by commas or
/// given again. Whatever would run a program is refused by name.
/// </summary>
sealed class WireGuardReader
{
    const int KeyBytes = 32;
    const int PeersMax = 64;
    const int NetworksMax = 1024;
    const int NamesMax = 32;
    const int MtuMin = 576;   // RFC 791: what every host must take in
    const int MtuMax = 65_535;

    static readonly string[] s_scripts = ["preup", "postup", "predown", "postdown"];

    readonly List<ProfileRemark> _errors = [];
    readonly List<ProfileRemark> _notes = [];
    readonly List<ProfileNetwork> _addresses = [];
    readonly List<IPAddress> _dns = [];
    readonly List<string> _domains = [];
    readonly List<Peer> _peers = [];
    readonly HashSet<string> _given = new(StringComparer.Ordinal);
    string? _privateKey;
    int? _mtu, _listenPort;
    int _interfaceLine, _line, _networks;
    Action<string, string>? _section;

    public ProfileReading<WireGuardProfile> Read(string text)
    {
        var lines = ProfileText.Lines(text, _errors);
        for (_line = 1; _line <= lines?.Length && _errors.Count < ProfileText.ErrorsMax; _line++) ReadLine(lines[_line - 1]);
        if (lines is not null && _errors.Count == 0) CheckWhole();
        return _errors.Count > 0 ? new(null, _errors, _notes) : new(new()
        {
            PrivateKey = _privateKey!,
            Addresses = _addresses,
            Dns = _dns,
            SearchDomains = _domains,
            Mtu = _mtu,
            ListenPort = _listenPort,
            Peers = [.. _peers.Select(peer => new WireGuardPeer
            {
                PublicKey = peer.PublicKey!,
                PresharedKey = peer.PresharedKey,
                EndpointHost = peer.Host,
                EndpointPort = peer.Port,
                AllowedIps = peer.AllowedIps,
                KeepaliveSeconds = peer.Keepalive,
            })],
        }, _errors, _notes);
    }

    void ReadLine(string raw)
    {
        var comment = raw.IndexOf('#', StringComparison.Ordinal);
        var line = (comment < 0 ? raw : raw[..comment]).Trim();
        if (line.Length == 0) return;
        if (line[0] == '[')
        {
            BeginSection(line);
            return;
        }

        var equals = line.IndexOf('=', StringComparison.Ordinal);
        var (key, value) = equals < 0 ? (line, "") : (line[..equals].TrimEnd(), line[(equals + 1)..].TrimStart());
        if (equals < 0) Refuse($"{ProfileText.Word(key)} is not followed by `=`; a line is `Key = value`");
        else if (value.Length == 0) Refuse($"{ProfileText.Word(key)} has no value");
        else if (_section is null) Refuse("a profile begins with `[Interface]`");
        else _section(key, value);
    }

    void BeginSection(string line)
    {
        _given.Clear();
        switch (line.ToLowerInvariant())
        {
            case "[interface]":
                if (_interfaceLine > 0) Refuse($"the one `[Interface]` of a profile is already in line {_interfaceLine}");
                else _interfaceLine = _line;
                _section = ReadInterface;
                break;
            case "[peer]":
                if (_peers.Count == PeersMax) Refuse($"more than {PeersMax} peers");
                _peers.Add(new(_line));
                _section = ReadPeer;
                break;
            default:
                Refuse("a section is `[Interface]` or `[Peer]`");
                _section = (_, _) => { };
                break;
        }
    }

    void ReadInterface(string key, string value)
    {
        var word = key.ToLowerInvariant();
        if (s_scripts.Contains(word))
        {
            Refuse($"`{key}` runs a program, which no profile may do here; remove the line");
            return;
        }
        switch (word)
        {
            case "privatekey" when Once("PrivateKey"):
                _privateKey = Key("PrivateKey", value);
                break;
            case "address":
                Networks("Address", value, _addresses);
                break;
            case "dns":
                Resolvers(value);
                break;
            case "mtu" when Once("MTU"):
                _mtu = Number("MTU", value, MtuMin, MtuMax);
                break;
            case "listenport" when Once("ListenPort"):
                _listenPort = Number("ListenPort", value, 0, 65535) is var port and > 0 ? port : null;
                break;
            case "table":
                Note("`Table` changes nothing here: the tunnel has a routing table of its own");
                break;
            case "fwmark":
                Note("`FwMark` changes nothing here: the tunnel's packets need no mark to leave");
                break;
            case "saveconfig":
                Note("`SaveConfig` changes nothing here: a profile is not written back");
                break;
            case "privatekey" or "mtu" or "listenport":
                break;
            default:
                Unknown(key, "[Interface]", ["PrivateKey", "Address", "DNS", "MTU", "ListenPort"]);
                break;
        }
    }

    void ReadPeer(string key, string value)
    {
        var peer = _peers[^1];
        switch (key.ToLowerInvariant())
        {
            case "publickey" when Once("PublicKey"):
                peer.PublicKey = Key("PublicKey", value);
                if (peer.PublicKey is not null && _peers.Find(other => other != peer && other.PublicKey == peer.PublicKey) is { } twin)
                    Refuse($"this peer is already given in line {twin.Line}");
                break;
            case "presharedkey" when Once("PresharedKey"):
                peer.PresharedKey = Key("PresharedKey", value);
                break;
            case "endpoint" when Once("Endpoint"):
                if (!TryEndpoint(value, out peer.Host, out peer.Port))
                    Refuse("`Endpoint` must be HOST:PORT or [ADDRESS]:PORT with a port from 1 to 65535");
                break;
            case "allowedips":
                Networks("AllowedIPs", value, peer.AllowedIps);
                break;
            case "persistentkeepalive" when Once("PersistentKeepalive"):
                peer.Keepalive = value.Equals("off", StringComparison.OrdinalIgnoreCase) ? 0 : Number("PersistentKeepalive", value, 0, 65535);
                break;
            case "publickey" or "presharedkey" or "endpoint" or "persistentkeepalive":
                break;
            default:
                Unknown(key, "[Peer]", ["PublicKey", "PresharedKey", "Endpoint", "AllowedIPs", "PersistentKeepalive"]);
                break;
        }
    }

    void CheckWhole()
    {
        _line = Math.Max(1, _interfaceLine);
        if (_interfaceLine == 0) Refuse("there is no `[Interface]`; this is not a WireGuard profile");
        else if (_privateKey is null) Refuse("`[Interface]` has no `PrivateKey`");
        else if (_addresses.Count == 0) Refuse("`[Interface]` has no `Address`; nothing could be sent through the tunnel");
        else if (_peers.Count == 0) Refuse("there is no `[Peer]`; the tunnel would lead nowhere");
        else if (_peers.TrueForAll(peer => peer.Host is null)) Refuse("no `[Peer]` has an `Endpoint`; nobody could be called");
        foreach (var peer in _peers.Where(peer => peer.PublicKey is null).Take(ProfileText.ErrorsMax))
            _errors.Add(new(peer.Line, "this `[Peer]` has no `PublicKey`"));
    }

    void Networks(string key, string list, List<ProfileNetwork> into)
    {
        foreach (var item in Items(list))
        {
            if (++_networks > NetworksMax)
            {
                Refuse($"more than {NetworksMax} networks in one profile");
                return;
            }
            if (ProfileText.TryNetwork(item, out var network)) into.Add(network);
            else
            {
                Refuse($"`{key}` must be addresses such as 10.0.0.2/24 or fd00::2/64, separated by commas");
                return;
            }
        }
    }

    void Resolvers(string list)
    {
        foreach (var item in Items(list))
        {
            if (_dns.Count + _domains.Count == NamesMax) Refuse($"`DNS` has more than {NamesMax} entries");
            else if (ProfileText.TryAddress(item, out var address)) _dns.Add(address);
            else if (ProfileText.IsHost(item)) _domains.Add(item);
            else Refuse("`DNS` must be addresses of resolvers and domains to search, separated by commas");
            if (_errors.Count >= ProfileText.ErrorsMax) return;
        }
    }

    static string[] Items(string list) => list.Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries);

    static bool TryEndpoint(string value, out string? host, out int port)
    {
        var colon = value.LastIndexOf(':');
        (host, port) = (null, 0);
        if (colon < 1 || !ProfileText.TryNumber(value[(colon + 1)..], 1, 65535, out port)) return false;
        var name = value[..colon];
        if (name is ['[', .., ']']) name = name[1..^1];
        else if (name.Contains(':', StringComparison.Ordinal)) return false;
        if (!ProfileText.IsHost(name)) return false;
        host = name;
        return true;
    }

    // 32 bytes in base64 are 43 characters and one '='; nothing else is a key.
    string? Key(string key, string value)
    {
        Span<byte> bytes = stackalloc byte[KeyBytes + 1];
        if (value.Length == 44 && Convert.TryFromBase64String(value, bytes, out var written) && written == KeyBytes
            && Convert.ToBase64String(bytes[..KeyBytes]) == value) return value;
        Refuse($"`{key}` must be a key of 32 bytes in base64, 44 characters that end in `=`");
        return null;
    }

    int Number(string key, string value, int min, int max)
    {
        if (ProfileText.TryNumber(value, min, max, out var number)) return number;
        Refuse(string.Create(CultureInfo.InvariantCulture, $"`{key}` must be a whole number from {min} to {max}"));
        return min;
    }

    bool Once(string key)
    {
        if (_given.Add(key)) return true;
        Refuse($"`{key}` is given twice in this section");
        return false;
    }

    void Unknown(string key, string section, string[] known)
    {
        var near = Spelling.Nearest(key, known.Select(word => word.ToLowerInvariant()));
        var hint = near is null ? "" : $" (did you mean `{known.First(word => word.Equals(near, StringComparison.OrdinalIgnoreCase))}`?)";
        Refuse($"{ProfileText.Word(key)} is not known in `{section}`{hint}");
    }

    void Refuse(string message) => _errors.Add(new(_line, message));

    void Note(string message) => _notes.Add(new(_line, message));

    sealed class Peer(int line)
    {
        public readonly int Line = line;
        public readonly List<ProfileNetwork> AllowedIps = [];
        public string? PublicKey, PresharedKey, Host;
        public int Port, Keepalive;
    }
}
