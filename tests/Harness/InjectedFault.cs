using System.Diagnostics;
using System.Text;

namespace RemoteChain.Harness;

/// <summary>A running <c>remotechain inject</c>: in force when it is there, over when it is disposed of.</summary>
public sealed class InjectedFault : IDisposable
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(15);

    private readonly Process _process;
    private readonly StringBuilder _said = new();

    private InjectedFault(Process process) => _process = process;

    /// <summary>What the command has said: at its end, what the fault has really done.</summary>
    public string Said
    {
        get
        {
            lock (_said)
            {
                return _said.ToString();
            }
        }
    }

    /// <summary>Injects a fault and waits until it is in force.</summary>
    /// <exception cref="InvalidOperationException">The command refused; the message says why.</exception>
    public static InjectedFault Begin(NodeProcess node, params string[] words)
    {
        var start = new ProcessStartInfo(Repository.Node, ["inject", .. words, "--data", node.DataDirectory]) { RedirectStandardError = true, RedirectStandardOutput = true };
        var fault = new InjectedFault(Process.Start(start)!);
        using var begun = new ManualResetEventSlim();
        fault._process.ErrorDataReceived += (_, line) =>
        {
            lock (fault._said)
            {
                fault._said.AppendLine(line.Data);
            }

            if (line.Data is null || line.Data.EndsWith("Ctrl+C ends it.", StringComparison.Ordinal))
            {
                begun.Set();
            }
        };
        fault._process.BeginErrorReadLine();
        if (begun.Wait(s_timeout) && !fault._process.HasExited)
        {
            return fault;
        }

        fault.Dispose();
        throw new InvalidOperationException($"remotechain inject {string.Join(' ', words)}: {fault.Said}");
    }

    /// <summary>Ends the fault as a person does and returns what the command said.</summary>
    public string End()
    {
        if (!_process.HasExited)
        {
            // Not SIGINT: a shell may have started us with it ignored, and children inherit that.
            using var kill = Process.Start("kill", ["-TERM", $"{_process.Id}"]);
            kill.WaitForExit();
        }

        if (!_process.WaitForExit(s_timeout))
        {
            throw new TimeoutException($"the fault did not end; it said: {Said}");
        }

        _process.WaitForExit();
        return Said;
    }

    /// <summary>Takes the command away without a chance to clean up.</summary>
    public void Kill() => _process.Kill();

    /// <inheritdoc/>
    public void Dispose()
    {
        try
        {
            End();
        }
        finally
        {
            _process.Dispose();
        }
    }
}
