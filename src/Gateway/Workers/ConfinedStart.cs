using System.Diagnostics;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Workers;

/// <summary>Starts our own programs in the sandbox and waits for their first word.</summary>
/// <param name="sandbox">How they are confined.</param>
/// <param name="socketDirectory">A directory of the node's own, mode 0700; control sockets exist there only until the process has connected.</param>
public sealed class ConfinedStart(Sandbox sandbox, string socketDirectory) : IDisposable
{
    /// <summary>How long a process may take from start to its first message.</summary>
    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(15);

    // Numbers sockets and control groups of the whole node.
    private static int s_serial;

    private readonly SpawnThread _spawn = new();

    /// <summary>Starts one; the caller owns it.</summary>
    /// <exception cref="InvalidOperationException">It said something else than that it is ready.</exception>
    /// <exception cref="OperationCanceledException">Cancelled, or it said nothing in time.</exception>
    public async Task<WorkerProcess> StartAsync(ConfinedProgram program, CancellationToken cancellationToken)
    {
        int serial = Interlocked.Increment(ref s_serial);
        string path = Path.Combine(socketDirectory, $"w{serial}");
        using var listener = new ControlListener(path);
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(s_readyTimeout);
        var process = await _spawn.StartAsync(sandbox.Command(path, program));
        ControlSocket? control = null;
        try
        {
            control = await listener.AcceptAsync(timeout.Token);
            var (_, message) = await control.ReceiveAsync(timeout.Token);
            using (message)
            {
                if (message is not Ready ready)
                {
                    throw new InvalidOperationException($"a worker said {message?.ToString() ?? "nothing"} instead of Ready");
                }

                var bounds = ResourceGroup.TryCreate(serial, program.MemoryBytesMax);
                bounds?.TryAdd(process.Id);
                bounds?.TryAdd(control.Peer.ProcessId);
                return new WorkerProcess(process, control, bounds, ready.FreeRdpVersion);
            }
        }
        catch
        {
            KillAndForget(process);
            control?.Dispose();
            throw;
        }
    }

    /// <summary>Ends the thread, and with it every process that still runs in a sandbox.</summary>
    public void Dispose() => _spawn.Dispose();

    private static void KillAndForget(Process process)
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended already, which is why we are here.
        }

        process.Dispose();
    }
}
