using System.Text;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>
/// Reads what <c>openvpn(8)</c> reads, by an allow-list (<see cref="OpenVpnOptions"/>): a line is an option with parameters, <c>#</c> or
/// <c>;</c> begins a comment, quotes and backslashes work as there, and <c>&lt;name&gt;</c> begins a file that stands in the profile.
/// </summary>
sealed class OpenVpnReader
{
    // What the program's own reader takes in: OPTION_LINE_SIZE and MAX_PARMS.
    const int LineBytesMax = 250;
    const int ParametersMax = 15;

    const int OptionsMax = 512;
    const int RemotesMax = 64;
    const string Connection = "connection";

    readonly List<ProfileRemark> _errors = [];
    readonly List<ProfileRemark> _notes = [];
    readonly List<OpenVpnOption> _options = [];
    readonly SortedDictionary<string, string> _blocks = new(StringComparer.Ordinal);
    readonly List<(string Host, int? Port, bool? Tcp)> _remotes = [];
    readonly Dictionary<string, int> _inlined = new(StringComparer.Ordinal);
    readonly HashSet<string> _mayBeUnknown = new(StringComparer.Ordinal);
    (string Host, int? Port, bool? Tcp)? _within;
    string[] _lines = [];
    int _line, _connectionLine;
    int? _port;
    bool _tcp, _asksForLogin, _device;

    public ProfileReading<OpenVpnProfile> Read(string text)
    {
        _lines = ProfileText.Lines(text, _errors) ?? [];
        for (_line = 1; _line <= _lines.Length && _errors.Count < ProfileText.ErrorsMax; _line++) ReadLine(_lines[_line - 1]);
        if (_errors.Count == 0) CheckWhole();
        return _errors.Count > 0 ? new(null, _errors, _notes) : new(new()
        {
            Remotes = [.. _remotes.Select(remote => new OpenVpnRemote(remote.Host, remote.Port ?? _port ?? OpenVpnProfile.PortDefault,
                remote.Tcp ?? _tcp))],
            Options = _options,
            Blocks = _blocks,
            AsksForLogin = _asksForLogin,
        }, _errors, _notes);
    }

    void ReadLine(string line)
    {
        if (Encoding.UTF8.GetByteCount(line) > LineBytesMax)
        {
            Refuse($"the line is longer than {LineBytesMax} bytes; only what stands between <name> and </name> may be");
            return;
        }
        if (OpenVpnWords.Split(line, ParametersMax + 1) is not { } words)
        {
            Refuse("quotes or a backslash are left open, or there is a control character, or too many words");
            return;
        }
        if (words.Count == 0) return;
        var name = words[0].StartsWith("--", StringComparison.Ordinal) ? words[0][2..] : words[0];
        if (name.StartsWith('<')) ReadTag(name, alone: words.Count == 1);
        else ReadOption(name, words.GetRange(1, words.Count - 1));
    }

    void ReadTag(string tag, bool alone)
    {
        var name = alone && tag.Length > 2 && tag[^1] == '>' ? tag[1..^1] : "";
        switch (name)
        {
            case Connection when _connectionLine > 0:
                Refuse($"a <connection> is already open in line {_connectionLine}");
                break;
            case Connection:
                (_connectionLine, _within) = (_line, null);
                break;
            case "/" + Connection when _connectionLine > 0:
                if (_within is { Host.Length: > 0 } remote) AddRemote(remote);
                else Refuse("this <connection> has no `remote`");
                (_connectionLine, _within) = (0, null);
                break;
            case "auth-user-pass":
                Refuse("a user and a password are kept beside the profile, not in it; remove the block and give them with the secret");
                SkipBlock(name);
                break;
            case var block when OpenVpnOptions.Blocks.Contains(block):
                ReadBlock(block);
                break;
            default:
                Refuse($"{(name.StartsWith('/') ? "an end without a beginning" : "a block that is not known here")}; known are "
                    + string.Join(", ", OpenVpnOptions.Blocks.Order().Select(block => $"<{block}>")));
                SkipBlock(name);
                break;
        }
    }

    // What is refused once need not be refused line by line.
    void SkipBlock(string name)
    {
        if (name.Length == 0) return;
        var end = Array.FindIndex(_lines, _line, line => line.Trim() == $"</{name}>");
        if (end >= 0) _line = end + 1;
    }

    void ReadBlock(string name)
    {
        var (begin, end) = (_line, Array.FindIndex(_lines, _line, line => line.TrimStart().StartsWith($"</{name}>", StringComparison.Ordinal)));
        if (end < 0)
        {
            Refuse($"<{name}> is never closed by </{name}>");
            _line = _lines.Length;
            return;
        }

        var content = new StringBuilder();
        for (_line = begin + 1; _line <= end; _line++)
        {
            // A '<' would be a block inside the block, or an end where the program sees one and this reader does not.
            var line = _lines[_line - 1].Trim();
            if (line.Any(c => c == '<' || char.IsControl(c) && c != '\t'))
            {
                Refuse($"a line of <{name}> cannot be part of a key or certificate");
                _line = end;
                break;
            }
            content.Append(line).Append('\n');
        }
        _line = end + 1;
        if (!_blocks.TryAdd(name, content.ToString())) Refuse($"<{name}> is given twice");
        else if (content.Length <= 1) Refuse($"<{name}> is empty");
        else if (name == "key" && content.ToString().Contains("ENCRYPTED", StringComparison.Ordinal))
            Refuse("the key is locked by a passphrase; put it in unlocked (`openssl pkey`): the store encrypts it");
    }

    void ReadOption(string name, List<string> parameters)
    {
        switch (name)
        {
            case "remote" or "proto" or "port" or "rport":
                ReadRemote(name, parameters);
                break;
            case var known when OpenVpnOptions.Dropped.Contains(known):
                break;
            case var any when _connectionLine > 0:
                Refuse($"{Shown(any)} is not understood inside <connection>; only `remote`, `proto` and `port` are");
                break;
            case "setenv" or "setenv-safe":
                ReadVariable(parameters);
                break;
            case "ignore-unknown-option":
                _mayBeUnknown.UnionWith(parameters);
                break;
            case "dev" or "dev-type":
                _device = true;
                if (parameters.Count != 1 || !parameters[0].StartsWith("tun", StringComparison.Ordinal))
                    Refuse($"`{name}` must be tun: a tunnel carries IP packets here, not a piece of Ethernet (tap)");
                break;
            case "auth-user-pass":
                _asksForLogin = true;
                if (parameters.Count > 0)
                    Refuse("`auth-user-pass` names a file of the machine; write it alone, and give user and password with the secret");
                break;
            case var file when OpenVpnOptions.Blocks.Contains(file) && !OpenVpnOptions.Kept.Contains(file):
                ReadFileName(file, parameters);
                break;
            case var known when OpenVpnOptions.Kept.Contains(known):
                Keep(new(known, parameters));
                break;
            case var unknown when _mayBeUnknown.Contains(unknown) && !OpenVpnOptions.IsKnown(unknown):
                Note($"{Shown(unknown)} is not known here and left out, as the profile allows");
                break;
            default:
                Refuse($"{Shown(name)} {OpenVpnOptions.WhyRefused(name)}");
                break;
        }
    }

    // Before blocks were invented, tools wrote `ca [inline]` in front of them; the direction of tls-auth still stands there.
    void ReadFileName(string name, List<string> parameters)
    {
        if (parameters.Count == 0 || parameters[0] != "[inline]")
        {
            Refuse($"`{name}` names a file of the machine; put its content between <{name}> and </{name}>");
            return;
        }
        _inlined.TryAdd(name, _line);
        if (name == "tls-auth" && parameters.Count > 1) Keep(new("key-direction", [parameters[1]]));
    }

    void ReadVariable(List<string> parameters)
    {
        switch (parameters)
        {
            // `setenv opt X` is X, for programs that know it.
            case ["opt", var name, ..] when OpenVpnOptions.IsKnown(name):
                ReadOption(name, parameters.GetRange(2, parameters.Count - 2));
                break;
            case ["opt", ..]:
                Note("an optional option that is not known here is left out");
                break;
            case ["FORWARD_COMPATIBLE" or "CLIENT_CERT" or "FRIENDLY_NAME" or "GENERIC_CONFIG", ..]:
                break;
            case [var name, ..] when name.StartsWith("UV_", StringComparison.Ordinal) || name.StartsWith("IV_", StringComparison.Ordinal):
                Note("a variable for the server is left out");
                break;
            default:
                Refuse($"`setenv` {OpenVpnOptions.WhyRefused("setenv")}");
                break;
        }
    }

    void ReadRemote(string name, List<string> parameters)
    {
        int? port = null;
        bool? tcp = null;
        var wrong = name == "remote"
            ? parameters.Count is < 1 or > 3 || !ProfileText.IsHost(parameters[0])
                || parameters.Count > 1 && !TryPort(parameters[1], out port) || parameters.Count > 2 && !TryProtocol(parameters[2], out tcp)
            : parameters.Count != 1 || !(name == "proto" ? TryProtocol(parameters[0], out tcp) : TryPort(parameters[0], out port));
        if (wrong)
        {
            Refuse(name switch
            {
                "remote" => "`remote` must be HOST [PORT [udp | tcp]]",
                "proto" => "`proto` must be udp or tcp (or tcp-client, udp4, tcp6, ...)",
                _ => $"`{name}` must be a port from 1 to 65535",
            });
        }
        else if (_connectionLine > 0)
        {
            var (host, knownPort, knownTcp) = _within ?? ("", null, null);
            _within = (name == "remote" ? parameters[0] : host, port ?? knownPort, tcp ?? knownTcp);
        }
        else if (name == "remote") AddRemote((parameters[0], port, tcp));
        else if (name == "proto") _tcp = tcp!.Value;
        else _port = port;
    }

    void AddRemote((string, int?, bool?) remote)
    {
        if (_remotes.Count == RemotesMax) Refuse($"more than {RemotesMax} remotes");
        else _remotes.Add(remote);
    }

    static bool TryPort(string text, out int? port)
    {
        var read = ProfileText.TryNumber(text, 1, 65535, out var number);
        port = read ? number : null;
        return read;
    }

    static bool TryProtocol(string text, out bool? tcp)
    {
        tcp = text is "tcp" or "tcp4" or "tcp6" or "tcp-client" or "tcp4-client" or "tcp6-client" ? true
            : text is "udp" or "udp4" or "udp6" ? false : null;
        return tcp is not null;
    }

    void Keep(OpenVpnOption option)
    {
        if (_options.Count == OptionsMax) Refuse($"more than {OptionsMax} options");
        else if (Encoding.UTF8.GetByteCount(option.Line) > LineBytesMax) Refuse($"{Shown(option.Name)} is too long once it is quoted");
        else _options.Add(option);
    }

    void CheckWhole()
    {
        foreach (var (name, line) in _inlined)
            if (!_blocks.ContainsKey(name)) _errors.Add(new(line, $"`{name}` promises a block <{name}>, but there is none"));
        _line = _connectionLine;
        if (_connectionLine > 0) Refuse("this <connection> is never closed");
        _line = 1;
        if (_remotes.Count == 0) Refuse("there is no `remote`; the tunnel would lead nowhere");
        if (!_device) Refuse("there is no `dev tun`; this is not a whole OpenVPN profile");
        if (!_options.Exists(option => option.Name is "client" or "tls-client"))
            Refuse("there is no `client`; only profiles of clients are understood");
        if (!_blocks.Keys.Any(name => name is "ca" or "pkcs12" or "peer-fingerprint") && !_options.Exists(option => option.Name == "peer-fingerprint"))
            Refuse("there is no <ca>, <pkcs12> or <peer-fingerprint>; the server could be anybody");
    }

    static string Shown(string name) => OpenVpnOptions.IsKnown(name) ? $"`{name}`" : ProfileText.Word(name);

    void Refuse(string message) => _errors.Add(new(_line, message));

    void Note(string message) => _notes.Add(new(_line, message));
}
