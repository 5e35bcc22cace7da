using RemoteChain.Gateway.Cli;
using RemoteChain.Gateway.Tests.Api;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Cli;

/// <summary><c>remotechain inject</c> against a node for labs.</summary>
public sealed class InjectCommandTests : IAsyncLifetime
{
    readonly TestNode _node = new();

    public async Task InitializeAsync()
    {
        await _node.InitializeAsync();
        _node.Sessions.Add("4f2a", "ann");
    }

    public Task DisposeAsync() => _node.DisposeAsync();

    async Task<(int Status, string Output, string Error)> RunAsync(params string[] arguments)
    {
        using var output = new StringWriter();
        using var error = new StringWriter();
        var terminal = new Terminal(TextReader.Null, output, error, interactive: false);
        var status = await new CommandLine(terminal, new Login(_node.Root)).RunAsync([.. arguments, "--data", _node.DataPath]);
        return (status, output.ToString(), error.ToString());
    }

    [Fact]
    public async Task Inject_ForASecond_HoldsEndsAndTellsWhatItDid()
    {
        var (status, _, error) = await RunAsync("inject", "gateway/encode", "--delay", "2.5ms", "--shape", "jitter", "--for", "1s");

        Assert.Equal(0, status);
        Assert.Equal("f1: 2.5 ms jitter at gateway/encode. Ctrl+C ends it.\nf1 has ended. 2 of 10 events, 2.000 ms each, longest 2.500 ms\n", error);
        Assert.Equal(new Inject(FaultStage.Encode, 0, DelayShape.Jitter, 100, 0), _node.Sessions.Delays[FaultStage.Encode]);
        Assert.Equal("No fault is in force.\n", (await RunAsync("inject", "list")).Error);
    }

    [Fact]
    public async Task Inject_ClearedElsewhere_EndsByItself()
    {
        var holding = RunAsync("inject", "gateway/decode", "--delay", "500us", "--session", "4f");
        string listed;
        while (!(listed = (await RunAsync("inject", "list")).Output).Contains("gateway/decode", StringComparison.Ordinal)) await Task.Yield();
        Assert.Contains("0.5 ms", listed);
        Assert.Equal("Ended: f1.\n", (await RunAsync("inject", "clear")).Error);

        var (status, _, error) = await holding;
        Assert.Equal(0, status);
        Assert.Contains("f1 was ended by somebody else, or with its session or node.", error);
    }

    [Theory]
    [InlineData(ExitCode.Usage, "Which stage of gateway? It has gateway/receive, gateway/forward, ", "gateway", "--delay", "5ms")]
    [InlineData(ExitCode.Usage, "There is no layer 'moon' that can be slowed down.", "moon", "--delay", "5ms")]
    [InlineData(ExitCode.Usage, "'5' is no delay: write it like 5ms, 0.5ms, 200us or 1s.", "gateway/decode", "--delay", "5")]
    [InlineData(ExitCode.Usage, "A delay is more than 0 and at most 1000 ms.", "gateway/decode", "--delay", "2s")]
    [InlineData(ExitCode.Usage, "'ten' is no share: write it like 10%.", "gateway/decode", "--delay", "5ms", "--share", "ten")]
    [InlineData(ExitCode.Usage, "'soon' is no time: write it like 30s, 5m or 1h.", "gateway/decode", "--delay", "5ms", "--for", "soon")]
    [InlineData(ExitCode.Usage, "Option '--delay' is required.", "gateway/decode")]
    [InlineData(ExitCode.Usage, "Which lab host? A fault of the layer network needs --on HOST, such as --on desk-1.", "network", "--delay", "5ms")]
    [InlineData(ExitCode.NotFound, "There is no running session 'zz' that you may see.", "gateway/decode", "--delay", "5ms", "--session", "zz")]
    [InlineData(ExitCode.NotFound, "There is no fault 'f9' that you may use.", "clear", "f9")]
    public async Task Inject_Mistyped_SaysHowToWriteIt(int status, string sentence, params string[] arguments)
    {
        var ran = await RunAsync(["inject", .. arguments]);
        Assert.StartsWith(sentence, ran.Error);
        Assert.Equal(status, ran.Status);
    }

    [Fact]
    public async Task Inject_LabThatIsNotThere_LeavesNothingInForce()
    {
        var (status, _, error) = await RunAsync("inject", "network", "--on", "desk-1", "--delay", "5ms", "--lab", "/nowhere/lab.json");

        Assert.NotEqual(0, status);
        Assert.Contains("/nowhere/lab.json", error);
        Assert.Equal("No fault is in force.\n", (await RunAsync("inject", "list")).Error);
    }
}
