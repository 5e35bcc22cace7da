using System.Diagnostics;
using RemoteChain.Surface.Control;

namespace RemoteChain.Surface.Tests.Child;

/// <summary>Starts this assembly as another process and holds the other end of its control socket. Disposing kills it.</summary>
sealed class TestChild : IDisposable
{
    const int StartMillisMax = 20_000;

    readonly Process _process;

    TestChild(Process process, ControlSocket control)
    {
        _process = process;
        Control = control;
    }

    internal ControlSocket Control { get; }

    internal int Id => _process.Id;

    internal static async Task<TestChild> StartAsync(string mode, params string[] wrapper)
    {
        using var timeout = new CancellationTokenSource(StartMillisMax);
        var path = Path.Combine(Path.GetTempPath(), $"rc-{Environment.ProcessId}-{Guid.NewGuid():N}");
        using var listener = new ControlListener(path);
        string[] command = [.. wrapper, "dotnet", "exec", typeof(TestChild).Assembly.Location, mode, path];
        var process = Process.Start(new ProcessStartInfo(command[0], command[1..]))!;
        var control = await listener.AcceptAsync(timeout.Token);
        if (wrapper.Length == 0) Assert.Equal(process.Id, control.Peer.ProcessId);
        var child = new TestChild(process, control);
        Assert.Equal(new Ready(mode), await child.ReceiveAsync());
        return child;
    }

    internal async Task<ControlMessage> ReceiveAsync()
    {
        using var timeout = new CancellationTokenSource(StartMillisMax);
        var (outcome, message) = await Control.ReceiveAsync(timeout.Token);
        Assert.Equal(ControlReceive.Message, outcome);
        return message!;
    }

    /// <summary>The numbers that it reported.</summary>
    internal async Task<string> ReportAsync() => Assert.IsType<Failed>(await ReceiveAsync()).Failure.Detail;

    internal void StartPainting(DescriptorHandle surface, int width = Painter.Width, int height = Painter.Height)
    {
        using var bell = Bell.Create();
        var sent = Control.Send(new StartDesktop("h", "u", "", Secret.Empty, width, height, 100, 0, DesktopSecurity.Any, "", false, "", surface,
            bell.Handle, bell.Handle));
        Assert.Equal(ControlSend.Sent, sent);
    }

    internal void Kill()
    {
        _process.Kill();
        _process.WaitForExit();
    }

    public void Dispose()
    {
        if (!_process.HasExited) Kill();
        _process.Dispose();
        Control.Dispose();
    }
}
