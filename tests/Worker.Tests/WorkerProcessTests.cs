using System.Diagnostics;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Tests;

/// <summary>The worker's own process, before it has a role.</summary>
public sealed class WorkerProcessTests
{
    const int MillisMax = 20_000;

    [Fact]
    public async Task Start_Limits_AreSetBeforeReady()
    {
        using var worker = await RunningWorker.StartAsync();
        var status = worker.Proc("status");
        Assert.Contains("NoNewPrivs:\t1", status);
        var limits = worker.Proc("limits").Split('\n').ToDictionary(l => l[..Math.Min(26, l.Length)].Trim(), l => l.Length > 26 ? l[26..].Split(' ')[0] : "");
        Assert.Equal("0", limits["Max core file size"]);
        Assert.Equal((512L * 1024 * 1024).ToString(), limits["Max data size"]);
        Assert.Equal("256", limits["Max open files"]);
    }

    [Fact]
    public async Task FirstMessage_Stop_EndsCleanly()
    {
        using var worker = await RunningWorker.StartAsync("--data-mib", "256");
        worker.Control.Send(new Stop());
        Assert.Equal(ExitCode.Ended, worker.WaitForExit());
    }

    [Fact]
    public async Task FirstMessage_BelongsToNoRole_IsAProtocolError()
    {
        using var worker = await RunningWorker.StartAsync();
        worker.Control.Send(new DetachFront(1));
        Assert.Equal(ExitCode.Protocol, worker.WaitForExit());
    }

    [Fact]
    public async Task NodeGone_WhileWaiting_EndsTheWorker()
    {
        using var worker = await RunningWorker.StartAsync();
        worker.Control.Dispose();
        Assert.Equal(ExitCode.NodeGone, worker.WaitForExit());
    }

    [Fact]
    public async Task StartDesktop_WithoutASurface_FailsAsAValue()
    {
        using var worker = await RunningWorker.StartAsync();
        using var bell = Bell.Create();
        worker.Control.Send(new StartDesktop("h", "u", "", Secret.FromText("geheim"), 800, 600, 100, 0, DesktopSecurity.Any, "", true, "", bell.Handle, bell.Handle,
            bell.Handle));
        var failure = Assert.IsType<Failed>(await worker.ReceiveAsync()).Failure;
        Assert.Equal((FailureStage.Activate, FailureCause.SurfaceCorrupt), (failure.Stage, failure.Cause));
        Assert.DoesNotContain("geheim", failure.Detail);
        Assert.Equal(ExitCode.Ended, worker.WaitForExit());
    }

    [Theory]
    [InlineData]
    [InlineData("--control")]
    [InlineData("--control", "x", "--data-mib", "1")]
    [InlineData("--what", "x")]
    public void CommandLine_Wrong_IsAUsageError(params string[] arguments)
    {
        using var process = Process.Start(RunningWorker.Executable, arguments);
        Assert.True(process.WaitForExit(MillisMax));
        Assert.Equal(ExitCode.Usage, process.ExitCode);
    }

    [Fact]
    public void Control_NobodyListens_SaysNodeGone()
    {
        using var process = Process.Start(RunningWorker.Executable, ["--control", "/nowhere/at/all"]);
        Assert.True(process.WaitForExit(MillisMax));
        Assert.Equal(ExitCode.NodeGone, process.ExitCode);
    }

    /// <summary>A worker that has said <see cref="Ready"/>, without a sandbox; killed when disposed of.</summary>
    sealed class RunningWorker(Process process, ControlSocket control) : IDisposable
    {
        internal static string Executable => Path.Combine(AppContext.BaseDirectory, "RemoteChain.Worker");

        internal ControlSocket Control => control;

        internal static async Task<RunningWorker> StartAsync(params string[] arguments)
        {
            var path = Path.Combine(Path.GetTempPath(), $"rc-worker-{Guid.NewGuid():N}");
            using var listener = new ControlListener(path);
            var process = Process.Start(Executable, ["--control", path, .. arguments]);
            using var timeout = new CancellationTokenSource(MillisMax);
            var worker = new RunningWorker(process, await listener.AcceptAsync(timeout.Token));
            Assert.StartsWith("3.", Assert.IsType<Ready>(await worker.ReceiveAsync()).FreeRdpVersion);
            return worker;
        }

        internal async Task<ControlMessage> ReceiveAsync()
        {
            using var timeout = new CancellationTokenSource(MillisMax);
            var (outcome, message) = await control.ReceiveAsync(timeout.Token);
            Assert.Equal(ControlReceive.Message, outcome);
            return message!;
        }

        internal string Proc(string file) => File.ReadAllText($"/proc/{process.Id}/{file}");

        internal int WaitForExit()
        {
            Assert.True(process.WaitForExit(MillisMax));
            return process.ExitCode;
        }

        public void Dispose()
        {
            if (!process.HasExited) process.Kill();
            process.WaitForExit();
            process.Dispose();
            control.Dispose();
        }
    }
}
