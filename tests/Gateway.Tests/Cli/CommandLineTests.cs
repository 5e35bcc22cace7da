using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Cli;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Access;
using RemoteChain.Gateway.Tests.Api;
using RemoteChain.Gateway.Tests.Latency;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Cli;

/// <summary>The command line against a real node, as its operator and as others.</summary>
public sealed class CommandLineTests : IAsyncLifetime
{
    readonly TestNode _node = new();

    public Task InitializeAsync() => _node.InitializeAsync();

    public Task DisposeAsync() => _node.DisposeAsync();

    sealed record Ran(int Status, string Output, string Error);

    Task<Ran> RunAsync(params string[] arguments) => RunAsync("", interactive: false, [.. arguments, "--data", _node.DataPath]);

    async Task<Ran> RunAsync(string input, bool interactive, params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(new StringReader(input), output, error, interactive);
        var status = await new CommandLine(terminal, new Login(_node.Root)).RunAsync(arguments);
        return new(status, output.ToString(), error.ToString());
    }

    string Site(string host = "10.0.0.5", string extra = "")
    {
        var file = Path.Combine(_node.Root, "site.yaml");
        File.WriteAllText(file, $"name: site\nlayers:\n  - kind: rdp\n    host: {host}\n{extra}");
        return file;
    }

    [Fact]
    public async Task Chain_AddShowListHistoryDiffRestoreRemove()
    {
        Assert.Equal(0, (await RunAsync("chain", "add", Site())).Status);
        var again = await RunAsync("chain", "add", Site("10.0.0.6"));
        Assert.Equal((1, "There is a chain 'site' already. Add --replace to save a new version of it.\n"), (again.Status, again.Error));
        Assert.Equal(0, (await RunAsync("chain", "add", "--replace", Site("10.0.0.6"))).Status);

        Assert.Equal(File.ReadAllText(Site("10.0.0.6")), (await RunAsync("chain", "show", "site")).Output);
        Assert.Contains("10.0.0.5", (await RunAsync("chain", "show", "site", "--version", "1")).Output);
        Assert.Contains("rdp 10.0.0.6:3389", (await RunAsync("chain", "list")).Output);
        Assert.Equal(3, (await RunAsync("chain", "history", "site")).Output.TrimEnd().Split('\n').Length);
        Assert.Contains("+     host: 10.0.0.6", (await RunAsync("chain", "diff", "site")).Output);
        Assert.Equal(0, (await RunAsync("chain", "remove", "site", "--yes")).Status);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("chain", "show", "site")).Status);
        Assert.Equal(0, (await RunAsync("chain", "restore", "site", "1")).Status);
        Assert.Contains("10.0.0.5", (await RunAsync("chain", "show", "site")).Output);
    }

    [Fact]
    public async Task Chain_AddWithMistakes_PointsIntoTheFile()
    {
        var file = Site(extra: "    prot: 1\n");
        var ran = await RunAsync("chain", "add", file);

        Assert.Equal(ExitCode.Failed, ran.Status);
        Assert.StartsWith($"{file}:5:5: layer 1 (rdp): `prot` is not a key of this kind (did you mean `port`?)", ran.Error);
    }

    [Fact]
    public async Task Chain_AddFromStandardInput_Works() =>
        Assert.Equal(0, (await RunAsync(await File.ReadAllTextAsync(Site()), interactive: false, "chain", "add", "-", "--data",
            _node.DataPath)).Status);

    [Fact]
    public async Task Secret_SetFromStandardInput_IsUsableAndNeverShown()
    {
        Assert.Equal(0, (await RunAsync("hunter2-hunter2\n", interactive: false, "secret", "set", "jump", "--user", "u01", "--data",
            _node.DataPath)).Status);
        Assert.Equal(0, (await RunAsync("chain", "add", Site(extra: "    credentials: jump\n"))).Status);

        Assert.True(_node.Get<SecretVault>().TryOpen("site", "jump", out var secret, out _));
        Assert.Equal(("u01", "hunter2-hunter2"), (secret.User, secret.Password));
        var listed = await RunAsync("secret", "list");
        Assert.Contains("jump  login  u01", listed.Output);
        Assert.DoesNotContain("hunter2", listed.Output);
        Assert.Contains("used by site", (await RunAsync("secret", "remove", "jump", "--yes")).Error);
    }

    [Fact]
    public async Task Secret_ImportOfAProfile_FindsItsKindAndAsksForThePassword()
    {
        var file = Path.Combine(_node.DataPath, "client.ovpn");
        await File.WriteAllTextAsync(file, "client\r\ndev tun\r\nremote vpn.example\r\nauth-user-pass\r\n<ca>\r\nx\r\n</ca>\r\n");

        Assert.Equal(0, (await RunAsync("hunter2-hunter2\n", interactive: false, "secret", "import", "tunnel", file, "--user", "u01", "--data",
            _node.DataPath)).Status);

        Assert.Contains("tunnel  openvpn  u01", (await RunAsync("secret", "list")).Output);
        var chain = Site().Replace(".yaml", "-vpn.yaml", StringComparison.Ordinal);
        await File.WriteAllTextAsync(chain, "name: inside\nlayers:\n  - kind: vpn\n    profile: tunnel\n  - kind: rdp\n    host: h\n");
        Assert.Equal(0, (await RunAsync("chain", "add", chain)).Status);
        Assert.True(_node.Get<SecretVault>().TryOpen("inside", "tunnel", out var secret, out _));
        Assert.Equal((SecretKind.OpenVpn, "hunter2-hunter2"), (secret.Kind, secret.Password));
        Assert.StartsWith("client\r\n", secret.Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Secret_ImportOfAProfileWithAScript_NamesTheLine()
    {
        var ran = await RunAsync("client\ndev tun\nremote a\nup /tmp/x\n<ca>\nx\n</ca>\n", interactive: false, "secret", "import", "tunnel", "-",
            "--data", _node.DataPath);

        Assert.Equal(ExitCode.Failed, ran.Status);
        Assert.Contains("line 4: `up` runs a program", ran.Error);
    }

    [Fact]
    public async Task Secret_PasswordAsAnArgument_IsNotPossible()
    {
        Assert.Equal(ExitCode.Usage, (await RunAsync("secret", "set", "jump", "hunter2")).Status);
        Assert.Equal(ExitCode.Usage, (await RunAsync("secret", "set", "jump", "--password", "hunter2")).Status);
    }

    [Fact]
    public async Task Loss_WithNobodyToAsk_NeedsYes()
    {
        await RunAsync("chain", "add", Site());
        var ran = await RunAsync("chain", "remove", "site");

        Assert.Equal(ExitCode.Usage, ran.Status);
        Assert.Contains("--yes", ran.Error);
        Assert.Equal(0, (await RunAsync("chain", "show", "site")).Status);
    }

    [Fact]
    public async Task Loss_AnsweredWithNo_ChangesNothing()
    {
        await RunAsync("chain", "add", Site());

        Assert.Equal(ExitCode.Failed, (await RunAsync("n\n", interactive: true, "chain", "remove", "site", "--data", _node.DataPath))
            .Status);
        Assert.Equal(0, (await RunAsync("y\n", interactive: true, "chain", "remove", "site", "--data", _node.DataPath)).Status);
    }

    [Fact]
    public async Task LoginAndLogout_WorkAsTheUserInBetween()
    {
        _node.Add("alice");
        var ran = await RunAsync(TestAccess.Password + "\n", interactive: false, "login", "--user", "alice", "--node", _node.Url);
        Assert.Equal(0, ran.Status);
        var file = Path.Combine(_node.Root, "remotechain", "login.json");
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));

        // As alice: no list of users; her own chain.
        Assert.Equal(ExitCode.Denied, (await RunAsync("", false, "user", "list")).Status);
        Assert.Equal(0, (await RunAsync("", false, "chain", "add", Site())).Status);
        Assert.Equal("alice", _node.Get<ChainStore>().Find("site")!.Owner);

        Assert.Equal(0, (await RunAsync("", false, "logout")).Status);
        Assert.Equal(ExitCode.Denied, (await RunAsync("", false, "chain", "list", "--node", _node.Url)).Status);
    }

    [Fact]
    public async Task Login_WrongPassword_IsDenied()
    {
        var ran = await RunAsync("wrong password\n", interactive: false, "login", "--user", "alice", "--node", _node.Url);
        Assert.Equal((ExitCode.Denied, "The account or the password is wrong.\n"), (ran.Status, ran.Error));
    }

    [Fact]
    public async Task Totp_SetUpThenLoginWithTheCode()
    {
        _node.Add("alice");
        Assert.Contains("login --user alice", (await RunAsync("user", "totp", "setup", "alice")).Error);
        await RunAsync(TestAccess.Password + "\n", false, "login", "--user", "alice", "--node", _node.Url);
        var begun = await RunAsync(TestAccess.Password + "\n", false, "user", "totp", "setup", "alice");
        var key = Base32.Bytes(begun.Output.Split('\n')[0].Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]);
        var confirmed = await RunAsync(Code() + "\n", false, "user", "totp", "confirm", "alice");
        Assert.Equal(10, confirmed.Output.TrimEnd().Split('\n').Length);
        _node.Time.Advance(Totp.Step);

        var without = await RunAsync(TestAccess.Password + "\n", false, "login", "--user", "alice", "--node", _node.Url);
        Assert.Equal((ExitCode.Denied, "This account also needs the code of its authenticator.\n"), (without.Status, without.Error));
        var ran = await RunAsync($"{TestAccess.Password}\n{Code()}\n", false, "login", "--user", "alice", "--node", _node.Url);
        Assert.Equal(0, ran.Status);
        var signIns = await RunAsync("", false, "user", "sign-ins", "alice");
        Assert.Contains("remotechain on ", signIns.Output);
        Assert.Contains("this one", signIns.Output);
        Assert.Equal(0, (await RunAsync("", false, "user", "sign-out", "alice", "--others")).Status);

        Assert.Contains("10 recovery codes are left", (await RunAsync("user", "totp", "show", "alice")).Output);
        Assert.Equal(0, (await RunAsync("user", "totp", "remove", "alice")).Status);
        Assert.Contains("password alone", (await RunAsync("user", "totp", "show", "alice")).Output);

        string Code() => Totp.Code(key, Totp.StepAt(_node.Time.GetUtcNow()));
    }

    [Fact]
    public async Task Users_AddRoleUnlockRemove()
    {
        var added = await RunAsync("user", "add", "alice");
        Assert.Contains("Password (shown this once): ", added.Output);
        Assert.Equal(0, (await RunAsync("user", "role", "alice", "admin")).Status);
        Assert.Equal(0, (await RunAsync("user", "unlock", "alice")).Status);
        Assert.Equal(0, (await RunAsync("user", "unlock", "--address", "192.0.2.1")).Status);
        Assert.Contains("last admin", (await RunAsync("user", "remove", "alice", "--yes")).Error);
        Assert.Equal(0, (await RunAsync("long enough password\n", false, "user", "password", "alice", "--data", _node.DataPath)).Status);
        Assert.NotNull(_node.Get<Accounts>().Check("alice", "long enough password"));
    }

    [Fact]
    public async Task Sessions_ListKillByTheBeginningOfTheId()
    {
        _node.Sessions.Add("4f2a00", "alice");
        _node.Sessions.Add("4f3b00", "alice");

        Assert.Contains("4f2a00  site", (await RunAsync("session", "list")).Output);
        Assert.Equal(ExitCode.Usage, (await RunAsync("session", "kill", "4f", "--yes")).Status);
        Assert.Equal(0, (await RunAsync("session", "detach", "4f2", "1")).Status);
        Assert.Equal(0, (await RunAsync("session", "kill", "4f2", "--yes")).Status);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("session", "show", "4f2")).Status);
        Assert.Contains("laptop", (await RunAsync("session", "show", "4f3")).Output);
    }

    [Fact]
    public async Task Pass_IntoAFile_OnlyItsOwnerCanRead()
    {
        await RunAsync("chain", "add", Site());
        var file = Path.Combine(_node.Root, "site.rdp");
        Assert.Equal(0, (await RunAsync("pass", "create", "site", "--rdp", file)).Status);

        Assert.Contains("full address:s:127.0.0.1:3390", await File.ReadAllTextAsync(file));
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task Audit_ExportGivesEverythingAsJsonLines()
    {
        for (var i = 0; i < 3; i++) await RunAsync("chain", "add", "--replace", Site($"10.0.0.{i}"));

        Assert.Equal(3, (await RunAsync("audit", "--export", "--action", "chain-saved")).Output.TrimEnd().Split('\n').Length);
        Assert.Contains("chain-saved", (await RunAsync("audit", "--since", "2d")).Output + (await RunAsync("audit")).Output);
        Assert.Equal(ExitCode.Usage, (await RunAsync("audit", "--since", "yesterday")).Status);
    }

    [Theory]
    [InlineData("chain list")]
    [InlineData("session list")]
    [InlineData("secret list")]
    [InlineData("user list")]
    [InlineData("pin list")]
    [InlineData("audit")]
    [InlineData("session ended")]
    [InlineData("chain kinds")]
    public async Task Json_IsJson(string line)
    {
        var ran = await RunAsync([.. line.Split(' '), "--json"]);

        Assert.Equal(0, ran.Status);
        Assert.IsType<System.Text.Json.Nodes.JsonArray>(System.Text.Json.Nodes.JsonNode.Parse(ran.Output));
    }

    [Fact]
    public async Task NoNode_IsOneSentence()
    {
        var ran = await RunAsync("", false, "chain", "list", "--node", "http://127.0.0.1:1");

        Assert.Equal(ExitCode.NoNode, ran.Status);
        Assert.StartsWith("No node answers at http://127.0.0.1:1", ran.Error);
    }

    [Theory]
    [InlineData("http://gw.example")]
    [InlineData("ftp://x")]
    public async Task NodeInClearOrNonsense_IsRefused(string node) =>
        Assert.Equal(ExitCode.Usage, (await RunAsync("", false, "chain", "list", "--node", node)).Status);

    [Fact]
    public async Task Help_OfEveryCommand_HasExamplesAndExitStatus()
    {
        foreach (var line in new[] { "chain add", "chain edit", "secret set", "secret import", "user add", "pass create", "pin forget", "audit", "login",
            "node", "session kill" })
        {
            var ran = await RunAsync("", false, [.. line.Split(' '), "--help"]);
            Assert.Equal(0, ran.Status);
            Assert.Contains($"remotechain {line}", ran.Output);
            Assert.Contains("Examples:", ran.Output);
            Assert.Contains("Exit status:", ran.Output);
        }
    }

    [Theory]
    [InlineData("chain lst", "See: remotechain chain --help")]
    [InlineData("chain show", "See: remotechain chain show --help")]
    [InlineData("nonsense", "See: remotechain --help")]
    [InlineData("node --http 0.0.0.0:23399", "--unsafe-plain-http")]
    [InlineData("node --rdp here", "--rdp takes an address and a port")]
    [InlineData("node --trust-proxy 10.0.0.7 --trust-proxy 10.0.0.7/24", "--trust-proxy: '10.0.0.7/24' is an address inside of a network")]
    public async Task WrongUsage_SaysWhereToLook(string line, string expected)
    {
        var ran = await RunAsync("", false, line.Split(' '));

        Assert.Equal(ExitCode.Usage, ran.Status);
        Assert.Contains(expected, ran.Error);
    }

    [Fact]
    public async Task TextFromStrangers_DoesNotSteerTheTerminal()
    {
        _node.Get<AuditLog>().Append(new(AuditAction.SignInRefused, "eve\u001b]0;owned\u0007", "rdp"));
        _node.Get<ChainStore>().SaveAnyway("site", "text", "op\u001b[2J", null, []);

        var output = (await RunAsync("audit")).Output + (await RunAsync("chain", "list")).Output;
        Assert.DoesNotContain('\u001b', output);
    }

    [Fact]
    public async Task Report_OfAChainAndOfASession_InEveryForm()
    {
        Assert.Equal(0, (await RunAsync("chain", "add", Site())).Status);
        _node.Get<LatencyJournal>().Add("abcdef12", "site", TypingSession.Samples(200, start: DateTimeOffset.UtcNow.AddMinutes(-10)), "admin");
        _node.Sessions.Add("abcdef12", "admin");
        string[] always = ["--until", "2099-01-01", "--since", "30m"];

        Assert.Contains("rdp desk-1", (await RunAsync(["report", "site", .. always])).Output);
        Assert.Contains("session abcdef12", (await RunAsync(["report", "abcd", .. always])).Output);
        Assert.Contains("\"verdict\":", (await RunAsync(["report", "abcd", "--json", .. always])).Output);
        Assert.StartsWith("sample,layer,stage,dur_ns,lo,hi,grade", (await RunAsync(["report", "site", "--format", "csv", .. always])).Output);
        var file = Path.Combine(_node.Root, "report.html");
        Assert.Equal($"The report is in {file}.\n", (await RunAsync(["report", "site", "--format", "html", "--output", file, .. always])).Error);
        Assert.StartsWith("<!doctype html>", File.ReadAllText(file));
    }

    [Fact]
    public async Task Report_Shared_PrintsALinkOnce_IsListedAndEnded()
    {
        Assert.Equal(0, (await RunAsync("chain", "add", Site())).Status);

        var shared = await RunAsync("report", "share", "site", "--since", "2001-01-01", "--hours", "2");
        Assert.Equal(0, shared.Status);
        Assert.Matches($"^{_node.Url}/shared/[0-9a-z]{{10}}#[0-9a-z]{{26}}\n$", shared.Output);
        var (id, token) = (shared.Output.Split('/', '#')[^2], shared.Output.Trim().Split('#')[1]);
        var list = (await RunAsync("report", "share", "--list")).Output;
        Assert.Contains(id, list);
        Assert.DoesNotContain(token, list);
        Assert.Equal($"The shared report {id} has ended.\n", (await RunAsync("report", "share", "--end", id)).Error);
        Assert.Equal(ExitCode.NotFound, (await RunAsync("report", "share", "--end", id)).Status);
        Assert.Equal((ExitCode.Usage, "Say which session or chain, or --list.\n"), ((await RunAsync("report", "share")) is var none ? (none.Status, none.Error) : default));
        Assert.Equal(ExitCode.Failed, (await RunAsync("report", "share", "site", "--hours", "0")).Status);
    }

    [Fact]
    public async Task Report_OfNothingOrNonsense_SaysSo()
    {
        var nothing = await RunAsync("report", "nothing-like-it");
        Assert.Equal((ExitCode.NotFound, "There is no chain and no session 'nothing-like-it' that you may see.\n"), (nothing.Status, nothing.Error));
        Assert.Equal(ExitCode.Usage, (await RunAsync("report", "site", "--format", "pdf")).Status);
        Assert.Equal(0, (await RunAsync("chain", "add", Site())).Status);
        Assert.Equal(ExitCode.Usage, (await RunAsync("report", "site", "--since", "yesterday-ish")).Status);
        Assert.Equal(0, (await RunAsync("report", "site")).Status);
    }
}
