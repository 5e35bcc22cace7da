using System.Diagnostics;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;

namespace RemoteChain.Gateway.Tests.Chains;

public sealed class ChainDocumentTests
{
    const string Full = """
        name: client-site
        description: the jump host of the client
        layers:
          - kind: gateway
            keep: 30m
            view-only: on
          - kind: direct
            timeout: 5s
          - kind: rdp
            host: 10.0.0.5
            port: 3390
            credentials: acme-jump
            security: nla
            graphics: off
            size: 1280x800
            keyboard: de
        """;

    [Theory]
    [InlineData("kind: machine", "layer 1 (machine): it needs a `template`, or a `machine` that exists")]
    [InlineData("kind: machine\n    template: echo\n    machine: box", "`template` makes a machine and `machine` takes one that exists: write one of them")]
    [InlineData("kind: machine\n    template: echo\n  - kind: runtime\n    command: xterm", "nothing can be started inside a machine; it is the last layer")]
    [InlineData("kind: ssh\n    host: jump\n    credentials: a\n  - kind: machine\n    template: echo\n    keep: on", "hops before a machine carry its network and end with the session")]
    [InlineData("kind: machine\n    template: echo\n    memory: 3", "`memory` must be a whole number from 4 to 2048")]
    public void Parse_AMachineInAWrongPlace_SaysWhy(string layers, string expected) =>
        Assert.Contains(ChainDocument.Parse($"name: a\nlayers:\n  - {layers}\n").Errors, error => error.ToString().Contains(expected, StringComparison.Ordinal));

    [Fact]
    public void Parse_FullDocument_ReadsEveryKey()
    {
        var reading = ChainDocument.Parse(Full);

        Assert.Empty(reading.Errors);
        var chain = reading.Chain!;
        Assert.Equal("client-site", chain.Name);
        Assert.Equal("the jump host of the client", chain.Description);
        Assert.Equal(new GatewayLayer(1, TimeSpan.FromMinutes(30), ViewOnly: true), chain.Gateway);
        Assert.Equal([new DirectLayer(2, TimeSpan.FromSeconds(5))], chain.Hops);
        Assert.Equal(
            new RdpLayer(3, "10.0.0.5", 3390, "acme-jump", RdpSecurity.Nla, Graphics: false, new DesktopSize(1280, 800), 0x407),
            chain.Desktop);
        Assert.Equal([new SecretReference("acme-jump", 12, 18)], reading.Secrets);
    }

    [Fact]
    public void Parse_ShortestDocument_UsesDefaults()
    {
        var chain = ChainDocument.Parse("name: a\nlayers:\n  - kind: rdp\n    host: desk.example\n").Chain!;

        Assert.Equal(GatewayLayer.Default, chain.Gateway);
        Assert.Empty(chain.Hops);
        Assert.Equal(new RdpLayer(1, "desk.example", 3389, null, RdpSecurity.Any, Graphics: true, null, null), chain.Desktop);
    }

    [Fact]
    public void Parse_Probes_ReadsEveryKey()
    {
        var reading = ChainDocument.Parse(
            "name: a\nlayers:\n  - kind: rdp\n    host: h\n    probes: off\n    key-probes: demand\n    probe-key: 30\n    probe-undo-key: 0\n");

        Assert.Empty(reading.Errors);
        var layer = (RdpLayer)reading.Chain!.Desktop;
        Assert.Equal((HostProbes.Off, KeyProbes.Demand, 30, 0), (layer.Probes, layer.KeyProbes, layer.ProbeKey, layer.ProbeUndoKey));
    }

    [Fact]
    public void Parse_DesktopsInsideDesktops_AreListedFromTheOutsideIn()
    {
        var reading = ChainDocument.Parse($"""
            name: a
            layers:
              - kind: rdp
                host: jump
              - kind: nested
                host: 10.0.0.9
                credentials: inner
                certificate: {string.Concat(Enumerable.Repeat("AB:", 31))}AB
                keyboard: de
              - kind: nested
                host: fe80::1
                port: 3390
                template: mstsc
              - kind: runtime
                command: "/usr/bin/xterm -e top"
            """);

        Assert.Empty(reading.Errors);
        var chain = reading.Chain!;
        Assert.Equal("rdp jump", chain.Desktop.Title);
        Assert.Equal(
            [new NestedLayer(2, "10.0.0.9", 3389, "inner", "xfreerdp3", string.Concat(Enumerable.Repeat("ab", 32)), 0x407),
             new NestedLayer(3, "fe80::1", 3390, null, "mstsc")],
            chain.Nested);
        Assert.Equal(["nested 10.0.0.9", "nested [fe80::1]:3390", "runtime xterm"], chain.Layers.Skip(1).Select(layer => layer.Title));
        Assert.Equal("/usr/bin/xterm -e top", chain.Runtime!.Command);
        Assert.Equal("inner", Assert.Single(reading.Secrets).Name);
    }

    [Theory]
    [InlineData("""{"name": "a", "layers": [{"kind": "rdp", "host": "h", "graphics": false, "port": 3390}]}""")]
    [InlineData("{\n\t\"name\": \"a\",\n\t\"layers\": [\n\t\t{\"kind\": \"rdp\", \"host\": \"h\",\n\t\t \"graphics\": false, \"port\": "
        + "3390}\n\t]\n}\n")]
    public void Parse_Json_ReadsTheSame(string json)
    {
        var reading = ChainDocument.Parse(json);

        Assert.Empty(reading.Errors);
        Assert.Equal(new RdpLayer(1, "h", 3390, null, RdpSecurity.Any, Graphics: false, null, null), reading.Chain!.Desktop);
    }

    static string KnownKinds => string.Join(", ", LayerKind.All.Select(kind => $"`{kind.Word}`"));

    // One row per mistake: the document, and the error as people see it.
    public static TheoryData<string, string> Mistakes => new()
    {
        { "", "line 1, column 1: the document is empty; a chain has at least `name` and `layers`" },
        { "- a\n", "line 1, column 1: a chain is keys with values (`name`, `layers`), not a list" },
        { "layers:\n  - kind: rdp\n    host: h\n", "line 1, column 1: `name` is missing" },
        { "name: Big Name\nlayers:\n  - kind: rdp\n    host: h\n", $"line 1, column 7: `name` must be {Name.Rule}" },
        { "name: a\n", "line 1, column 1: `layers` is missing; a chain needs at least one layer with pixels, such as `- kind: rdp`" },
        { "name: a\nlayers: x\n", "line 2, column 9: `layers` must be a list, each item beginning with `- kind:`, not a value" },
        { "name: a\nlayers: []\n", "line 2, column 9: no layer has pixels; a chain ends in a desktop, such as `- kind: rdp`" },
        { "name: a\nlayer:\n  - kind: rdp\n    host: h\nlayers:\n  - kind: rdp\n    host: h\n",
            "line 2, column 1: `layer` is not a key of a chain (did you mean `layers`?); it has `name`, `description`, `tags`, `layers`" },
        { "name: a\nlayers:\n  - host: h\n", $"line 3, column 5: layer 1: `kind` is missing; known kinds are {KnownKinds}" },
        { "name: a\nlayers:\n  - kind: rpd\n    host: h\n",
            $"line 3, column 11: layer 1: `rpd` is not a kind (did you mean `rdp`?); known kinds are {KnownKinds}" },
        { "name: a\nlayers:\n  - kind: rdp\n", "line 3, column 5: layer 1 (rdp): `host` is missing" },
        { "name: a\nlayers:\n  - kind: rdp\n    host:\n", "line 3, column 5: layer 1 (rdp): `host` is missing" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: 10.0.0.5:3390\n",
            "line 4, column 11: layer 1 (rdp): `host` must be a host name or an IP address; the port has a key of its own, `port`" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    prot: 1\n",
            "line 5, column 5: layer 1 (rdp): `prot` is not a key of this kind (did you mean `port`?); it has `host`, `port`, "
                + "`credentials`, `security`, `graphics`, `size`, `keyboard`, `probes`, `key-probes`, `probe-key`, `probe-undo-key`" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    probes: ping\n",
            "line 5, column 13: layer 1 (rdp): `probes` must be one of auto, off, passive, echo, server" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    key-probes: idel\n",
            "line 5, column 17: layer 1 (rdp): `key-probes` must be one of off, demand, idle (did you mean `idle`?)" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    port: 70000\n",
            "line 5, column 11: layer 1 (rdp): `port` must be a whole number from 1 to 65535" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    security: nlaa\n",
            "line 5, column 15: layer 1 (rdp): `security` must be one of any, nla, tls, rdp (did you mean `nla`?)" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    graphics: maybe\n",
            "line 5, column 15: layer 1 (rdp): `graphics` must be `on` or `off`" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    size: 10x10\n",
            "line 5, column 11: layer 1 (rdp): `size` must be a size such as 1280x800 (200x200 to 4096x2304), or auto" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n    host: i\n", "line 5, column 5: `host` is already given in line 4" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: [h]\n", "line 4, column 11: layer 1 (rdp): `host` takes one value, not a list" },
        { "name: a\nlayers:\n  - kind: gateway\n    keep: forever\n  - kind: rdp\n    host: h\n",
            "line 4, column 11: layer 1 (gateway): `keep` must be a duration from 0 to 30d, written like 90s, 30m, 8h or 2d" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: gateway\n",
            "line 5, column 5: layer 2 (gateway): the gateway can only be the first layer" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: direct\n",
            "line 5, column 5: layer 2 (direct): a hop must stand before the desktop that it leads to" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: rdp\n    host: h\n",
            "line 5, column 5: layer 2 (rdp): a second desktop is reached from inside the first one: write it as `- kind: nested`" },
        { "name: a\nlayers:\n  - kind: nested\n    host: h\n  - kind: rdp\n    host: h\n",
            "line 3, column 5: layer 1 (nested): it needs a desktop before it, such as `- kind: rdp`" },
        { "name: a\nlayers:\n  - kind: runtime\n    command: xterm\n",
            "line 3, column 5: layer 1 (runtime): it needs a desktop before it, such as `- kind: rdp`" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: runtime\n    command: xterm\n  - kind: nested\n    host: h\n",
            "line 7, column 5: layer 3 (nested): the program of a `runtime` is the last layer" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: runtime\n    command: \"a\\nb\"\n",
            "line 6, column 14: layer 2 (runtime): `command` must be one line of 1 to 255 characters" },
        { "name: a\nlayers:\n  - kind: rdp\n    host: h\n  - kind: nested\n    host: h\n    certificate: 12:34\n",
            "line 7, column 18: layer 2 (nested): `certificate` must be a SHA-256 of 64 hexadecimal digits (colons do not matter), or auto" },
        { "name: a\n---\nname: b\n", "line 2, column 1: a second document begins here; a chain is one document" },
        { "name: &x a\nlayers: *x\n", "line 1, column 7: anchors (&) and aliases (*) are not available in chains; write the value out" },
        { "name: !!str a\n", "line 1, column 7: tags (!) are not available in chains" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Parse_Mistake_IsToldWithItsPlace(string document, string expected)
    {
        var reading = ChainDocument.Parse(document);

        Assert.False(reading.IsValid);
        Assert.Contains(expected, reading.Errors.Select(error => error.ToString()));
    }

    [Fact]
    public void Parse_SeveralMistakes_AreAllToldInOrder()
    {
        var errors = ChainDocument.Parse("name: A\nlayers:\n  - kind: rdp\n    port: x\n    colour: red\n  - kind: machine\n").Errors;

        Assert.Equal([1, 3, 4, 5, 6], errors.Select(error => error.Line));
    }

    [Theory]
    [InlineData("    password: hunter2-hunter2")]
    [InlineData("    user: hunter2-hunter2")]
    [InlineData("    credentials: {user: me, password: hunter2-hunter2}")]
    [InlineData("    credentials: Hunter2-hunter2")]
    [InlineData("    port: hunter2-hunter2")]
    public void Parse_SecretInAChain_IsRefusedAndNeverRepeated(string line)
    {
        var errors = ChainDocument.Parse($"name: a\nlayers:\n  - kind: rdp\n    host: h\n{line}\n").Errors;

        Assert.NotEmpty(errors);
        Assert.DoesNotContain(errors, error => error.Message.Contains("unter2", StringComparison.Ordinal));
        if (!line.Contains("port", StringComparison.Ordinal))
            Assert.Contains(errors, error => error.Message.Contains("remotechain secret set", StringComparison.Ordinal));
    }

    [Fact]
    public void Parse_AliasBomb_IsRefusedAtOnce()
    {
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n" + string.Concat(
            Enumerable.Range(0, 9).Select(
                i => $"{(char)('b' + i)}: &{(char)('b' + i)} [{string.Join(',', Enumerable.Repeat($"*{(char)('a' + i)}", 9))}]\n"));
        var started = Stopwatch.GetTimestamp();

        var error = Assert.Single(ChainDocument.Parse(bomb).Errors);

        Assert.Contains("anchors", error.Message);
        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(1));
    }

    [Theory]
    [InlineData('[')]
    [InlineData('{')]
    public void Parse_DeepNesting_IsRefusedBeforeItCosts(char bracket)
    {
        var error = Assert.Single(ChainDocument.Parse(new string(bracket, 30_000)).Errors);

        Assert.Contains("levels deep", error.Message);
    }

    [Fact]
    public void Parse_TooLong_IsRefused()
    {
        var error = Assert.Single(ChainDocument.Parse(new string('#', ChainDocument.TextCharsMax + 1)).Errors);

        Assert.Contains("characters", error.Message);
    }

    [Fact]
    public void Parse_ManyMistakes_AreBounded()
    {
        var document = "name: a\nlayers:\n  - kind: rdp\n    host: h\n"
            + string.Concat(Enumerable.Range(0, 1000).Select(i => $"    k{i}: 1\n"));

        Assert.Equal(50, ChainDocument.Parse(document).Errors.Count);
    }

    // Found by the fuzz target: the YAML library throws something else than its own exception.
    [Fact]
    public void Parse_DocumentThatTripsTheYamlLibrary_IsRefusedWithAPlace()
    {
        var error = Assert.Single(
            ChainDocument.Parse("%YAML 1.2\n--- # comment\n\uFFFDa: [b, t\n\uFFFDa: [b, w{c: d]}, ? e : f, 'g': \"h\"}\n").Errors);

        Assert.Contains("not valid YAML", error.Message);
        Assert.InRange(error.Line, 3, 4);
    }

    [Fact]
    public void Parse_BrokenYaml_NamesThePlace()
    {
        var error = Assert.Single(ChainDocument.Parse("name: a\nlayers: [\n").Errors);

        Assert.StartsWith("this is not valid YAML: ", error.Message);
        Assert.InRange(error.Line, 2, 3);
    }
}
