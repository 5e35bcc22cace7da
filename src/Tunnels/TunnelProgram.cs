using System.Text;
using RemoteChain.Surface;
using RemoteChain.Tunnels.Native;

namespace RemoteChain.Tunnels;

/// <summary>
/// A program that runs inside a namespace for this process: the kernel kills it when this process dies, it keeps no capability but the one
/// over networks, and what it says is kept for the sentence about its failure.
/// </summary>
/// <remarks>Started on this thread, which is in the namespace meanwhile; the framework's process class may start its child from any.</remarks>
sealed unsafe class TunnelProgram : IDisposable
{
    /// <summary>The descriptor under which a child finds the one that it was lent.</summary>
    internal const int LentDescriptor = 3;

    const int SaidBytesMax = 4096;

    static readonly Dictionary<string, string> s_environment = new()
    {
        ["PATH"] = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", ["LC_ALL"] = "C", ["LOG_LEVEL"] = "error",
    };

    // The signal is tied to the thread that starts the child, and this process's main thread lives as long as it does.
    static readonly string[] s_confinement =
        ["setpriv", "--pdeathsig", "KILL", "--no-new-privs", "--bounding-set", "-all,+net_admin", "--inh-caps", "-all", "--"];

    readonly ChildProcess _process;
    readonly DescriptorHandle _output;
    readonly StringBuilder _said = new();
    EventLoop.Wish? _ended, _talking;

    TunnelProgram(ChildProcess process, DescriptorHandle output)
    {
        (_process, _output) = (process, output);
        var handle = (int)Linux.pidfd_open(Linux.SYS_pidfd_open, process.ProcessId, 0);
        // Nobody else reaps it, so that the number is still this child's.
        Handle = handle >= 0 ? new(handle) : throw Errno.Last("pidfd_open");
    }

    /// <summary>Readable when the child has ended.</summary>
    internal DescriptorHandle Handle { get; }

    /// <summary>What it printed, its last lines, in one line.</summary>
    internal string Said
    {
        get
        {
            Listen();
            return string.Join("; ", _said.ToString().Split('\n', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).TakeLast(3));
        }
    }

    /// <summary>How it ended, with what it said last if it ended by itself; waits for the end.</summary>
    internal string Ending
    {
        get
        {
            var status = Reap();
            var (signal, code) = (status & 0x7F, status >> 8); // wait(2)
            // Whoever was killed had no time for last words: what stands there is older.
            if (signal != 0) return $"killed by signal {signal}";
            return Said is { Length: > 0 } said ? $"status {code}: {said}" : $"status {code}";
        }
    }

    /// <summary>Everything that it printed, up to <see cref="SaidBytesMax"/>.</summary>
    internal string Output
    {
        get
        {
            Listen();
            return _said.ToString();
        }
    }

    /// <summary>Starts a program of the path.</summary>
    /// <param name="place">In whose network.</param>
    /// <param name="command">The program and its arguments; never a secret.</param>
    /// <param name="input">Its standard input; null for none.</param>
    /// <param name="lent">Comes as <see cref="LentDescriptor"/>; null for none.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    internal static TunnelProgram Start(NetworkNamespace place, IReadOnlyList<string> command, DescriptorHandle? input = null, DescriptorHandle? lent = null)
    {
        var pair = stackalloc int[2];
        // SAFETY: the kernel fills in two integers.
        if (Linux.pipe2(pair, Linux.O_CLOEXEC | Linux.O_NONBLOCK) != 0) throw Errno.Last("pipe2");
        var output = new DescriptorHandle(pair[0]);
        using var said = new DescriptorHandle(pair[1]);
        using var nothing = new DescriptorHandle(Linux.open("/dev/null", Linux.O_RDONLY | Linux.O_CLOEXEC));
        try
        {
            using var entered = place.Enter();
            DescriptorHandle[] descriptors = [input ?? nothing, said, said, .. lent is null ? (DescriptorHandle[])[] : [lent]];
            return new(ChildProcess.Start(s_confinement[0], [.. s_confinement[1..], .. command], s_environment, descriptors), output);
        }
        catch
        {
            output.Dispose();
            throw;
        }
    }

    /// <summary>Calls once when the child has ended by itself.</summary>
    internal void WhenEnded(EventLoop loop, Action call)
    {
        _talking = loop.WhenReadable(_output, Listen);
        _ended = loop.WhenReadable(Handle, () =>
        {
            StopWatching();
            call();
        });
    }

    /// <summary>Waits for its end.</summary>
    /// <returns>Whether it ended well in time; a child that did not is killed.</returns>
    internal bool WaitForSuccess(TimeSpan patience)
    {
        var polled = new PolledDescriptor(Handle.Descriptor);
        if (DescriptorPoll.Wait(new Span<PolledDescriptor>(ref polled), (int)patience.TotalMilliseconds) == 0) _process.Kill();
        return Reap() == 0;
    }

    /// <summary>Kills it when it still runs, and waits until it is gone with everything that it held.</summary>
    public void Dispose()
    {
        StopWatching();
        _process.Kill();
        Reap();
        Handle.Dispose();
        _output.Dispose();
    }

    int Reap()
    {
        var polled = new PolledDescriptor(Handle.Descriptor);
        while (!_process.TryReap()) DescriptorPoll.Wait(new Span<PolledDescriptor>(ref polled), timeoutMillis: -1);
        return _process.Status;
    }

    void StopWatching()
    {
        _ended?.Dispose();
        _talking?.Dispose();
    }

    void Listen()
    {
        var bytes = stackalloc byte[SaidBytesMax];
        nint count;
        // SAFETY: the kernel writes no more than the buffer holds.
        while ((count = Linux.read(_output, bytes, SaidBytesMax)) > 0)
        {
            _said.Append(Encoding.UTF8.GetString(bytes, (int)count));
            if (_said.Length > SaidBytesMax) _said.Remove(0, _said.Length - SaidBytesMax);
        }

        // At its end the pipe stays readable for ever.
        if (count == 0) _talking?.Dispose();
    }

}
