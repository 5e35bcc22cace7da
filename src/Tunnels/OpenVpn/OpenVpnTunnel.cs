using System.Net;
using System.Net.Sockets;
using System.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.OpenVpn;

/// <summary>
/// An OpenVPN tunnel by <c>openvpn</c> in the outer place: it gets its configuration through a file without a name, is watched through its
/// management interface, and touches neither addresses nor routes, which are set here, inside. Open when it says so; lost when it begins anew.
/// </summary>
sealed class OpenVpnTunnel(EventLoop loop, NetworkNamespace outer, OpenOpenVpn settings) : Tunnel(loop, outer, settings.Tunnel)
{
    /// <summary>How long the far end may take: all servers of a profile together.</summary>
    internal static readonly TimeSpan ConnectPatience = TimeSpan.FromSeconds(30);

    readonly TunnelSettings _pushed = new();
    ManagementSocket? _management;
    TunnelProgram? _program;
    string _state = "begins", _why = "";
    bool _isOpen;

    internal override void Start() => Next(Begin, TimeSpan.Zero);

    protected override void TakeDown()
    {
        _program?.Dispose();
        _management?.Dispose();
        settings.Dispose();
    }

    void Begin()
    {
        if (!OpenVpnText.IsHarmless(settings.Profile.Bytes, out var why))
        {
            Fail(FailureCause.Unsupported, $"the profile is refused: {why}");
            return;
        }

        if (settings.User.Any(char.IsControl) || settings.Password.Bytes.ContainsAnyInRange((byte)0, (byte)31))
        {
            Fail(FailureCause.Unsupported, "the user or the password has a control character");
            return;
        }

        _management = new ManagementSocket(Loop, $"{PrivateMounts.Directory}/{Device}.ovpn", line => Guarded(() => Take(line)));
        using (var configuration = new SecretText().Add(settings.Profile.Bytes).Add(OwnOptions()))
        using (var input = MemoryFile.Of(configuration.Bytes))
            _program = TunnelProgram.Start(Outer, ["openvpn", "--config", "stdin"], input);
        _program.WhenEnded(Loop, ProgramEnded);
        Next(GiveUp, ConnectPatience);
    }

    /// <summary>After the profile's, so that they win.</summary>
    string OwnOptions()
    {
        var text = new StringBuilder("\n");
        foreach (var remote in settings.Remotes)
        {
            var version = remote.Endpoint.AddressFamily == AddressFamily.InterNetworkV6 ? 6 : 4;
            text.Append($"remote {remote.Endpoint.Address} {remote.Endpoint.Port} {(remote.OverTcp ? $"tcp{version}-client" : $"udp{version}")}\n");
        }

        if (settings.User.Length > 0) text.Append("auth-user-pass\n");
        return text.Append($"""
            nobind
            dev {Device}
            dev-type tun
            setenv opt disable-dco
            persist-tun
            persist-key
            ifconfig-noexec
            route-noexec
            script-security 0
            auth-retry none
            auth-nocache
            connect-retry 1 2
            tmp-dir {PrivateMounts.Directory}
            verb 1
            management {_management!.Path} unix
            management-client
            management-hold
            management-query-passwords
            management-up-down

            """).ToString();
    }

    void Take(string line)
    {
        switch (ManagementLine.Read(line))
        {
            case ManagementLine.Hold:
                Say("state on\nhold release\n");
                break;
            case ManagementLine.PasswordWanted wanted:
                Answer(wanted);
                break;
            case ManagementLine.PasswordRefused:
                Fail(FailureCause.WrongCredentials, $"{Server} did not accept the user or the password", FailureStage.SignIn);
                break;
            case ManagementLine.Fatal fatal:
                _why = fatal.Why;
                break;
            case ManagementLine.UpDown { IsUp: true }:
                _pushed.Clear();
                break;
            case ManagementLine.UpDown when _isOpen:
                Fail(FailureCause.HopDown, $"{Server} ended the tunnel", FailureStage.Run);
                break;
            case ManagementLine.Setting setting:
                _pushed.Set(setting.Name, setting.Value);
                break;
            case ManagementLine.State state:
                Take(state);
                break;
        }
    }

    void Take(ManagementLine.State state)
    {
        _state = state.Name;
        switch (state.Name)
        {
            case "CONNECTED" when !_isOpen:
                _isOpen = true;
                Open(state.Remote);
                break;
            case "RECONNECTING" or "EXITING" when _isOpen:
                Fail(FailureCause.HopDown, $"{Server} answers no more ({state.What})", FailureStage.Run);
                break;
            case "RECONNECTING" when _program!.Output.Contains("VERIFY", StringComparison.Ordinal) && _program.Output.Contains("ERROR", StringComparison.Ordinal):
                Fail(FailureCause.KeyChanged, $"the certificate of {Server} is not one that the profile trusts", FailureStage.Tls);
                break;
            case "RECONNECTING":
                _why = state.What;
                break;
        }
    }

    void Open(IPEndPoint? remote)
    {
        if (_pushed.Addresses.Count == 0)
        {
            Fail(FailureCause.Unsupported, $"neither {Server} nor the profile gives the tunnel an address");
            return;
        }

        MoveIn();
        Furnish(_pushed.Addresses, _pushed.Routes, _pushed.Mtu);
        // Nothing more to wait for; whatever comes is told by the program.
        Next(() => { }, TimeSpan.Zero);
        Opened?.Invoke(new(Number, remote ?? settings.Remotes[0].Endpoint, _pushed.Addresses, _pushed.NameServers, _pushed.SearchDomains));
    }

    string Server => string.Join(", ", settings.Remotes.Select(remote => remote.Endpoint).Distinct());

    void GiveUp()
    {
        if (_isOpen) return;
        Fail(FailureCause.TimedOut, $"no tunnel to {Server} within {ConnectPatience.TotalSeconds:0} s; it came as far as {_state}"
            + (_why.Length > 0 ? $" ({_why})" : ""), FailureStage.Handshake);
    }

    void ProgramEnded()
    {
        _management!.HearLast();
        // Its last words were the reason.
        if (Lost is null) return;
        Fail(FailureCause.HopDown, $"openvpn ended: {(_why.Length > 0 ? _why : _program!.Ending)}", _isOpen ? FailureStage.Run : FailureStage.Dial);
    }

    void Answer(ManagementLine.PasswordWanted wanted)
    {
        var purpose = Quoted(Encoding.UTF8.GetBytes(wanted.Purpose));
        using var answer = new SecretText();
        if (wanted.WithUser) answer.Add("username ").Add(purpose).Add(" ").Add(Quoted(Encoding.UTF8.GetBytes(settings.User))).Add("\n");
        answer.Add("password ").Add(purpose).Add(" ").Add(Quoted(settings.Password.Bytes)).Add("\n");
        _management!.Say(answer.Bytes);
    }

    void Say(string command) => _management!.Say(Encoding.ASCII.GetBytes(command));

    /// <summary>As management-notes.txt wants it: quotes and backslashes behind a backslash.</summary>
    static byte[] Quoted(ReadOnlySpan<byte> text)
    {
        var quoted = new List<byte>(text.Length + 2) { (byte)'"' };
        foreach (var value in text)
        {
            if (value is (byte)'"' or (byte)'\\') quoted.Add((byte)'\\');
            quoted.Add(value);
        }

        return [.. quoted, (byte)'"'];
    }
}
