using RemoteChain.Surface;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// Starts programs of the distribution in the workers' sandbox, with descriptors in place of a network. They end with the node, however
/// that ends.
/// </summary>
public sealed class ConfinedPrograms(Sandbox sandbox) : IDisposable
{
    private const int FilterDescriptor = 3;

    // The kernel ends what the sandbox holds when the thread that started it is gone: see SpawnThread.
    private readonly SpawnThread _spawn = new();

    /// <summary>Starts one.</summary>
    /// <param name="command">Path and arguments.</param>
    /// <param name="environment">Its whole environment.</param>
    /// <param name="readOnly">Files and folders that it needs besides the shared libraries and a shell.</param>
    /// <param name="folder">A folder of the node's own that it may write to.</param>
    /// <param name="stream">Its standard input and output.</param>
    /// <param name="dialogue">Its standard error.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public async Task<ChildProcess> StartAsync(
        IReadOnlyList<string> command, IReadOnlyDictionary<string, string> environment, IReadOnlyList<string> readOnly, string folder,
        DescriptorHandle stream, DescriptorHandle dialogue)
    {
        if (!sandbox.IsConfined)
        {
            return await _spawn.StartAsync(
                () => ChildProcess.Start("setpriv", ["--pdeathsig", "KILL", "--", .. command], environment, stream, stream, dialogue));
        }

        var arguments = sandbox.Confine(command, environment, readOnly, folder, FilterDescriptor);
        var search = new Dictionary<string, string> { ["PATH"] = Environment.GetEnvironmentVariable("PATH") ?? "/usr/bin:/bin" };
        if (sandbox.FilterPath is null)
        {
            return await _spawn.StartAsync(() => ChildProcess.Start("bwrap", arguments, search, stream, stream, dialogue));
        }

        using var file = File.OpenHandle(sandbox.FilterPath);
        using var filter = DescriptorHandle.DuplicateOf(file);
        return await _spawn.StartAsync(() => ChildProcess.Start("bwrap", arguments, search, stream, stream, dialogue, filter));
    }

    /// <summary>Ends the thread, and with it every program that still runs in a sandbox.</summary>
    public void Dispose() => _spawn.Dispose();
}
