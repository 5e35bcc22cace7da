using System.Globalization;
using RemoteChain.Gateway.Lab.Native;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// Stops all processes of one name on a lab host again and again, as a host does that has too little processor: each time for the delay,
/// so often that they are stopped for a share of the time.
/// </summary>
sealed class PausedProgram : LabFault
{
    /// <summary>Processes that one name may have.</summary>
    const int ProcessesMax = 64;

    readonly string _namespace, _program;
    readonly long _pauseNanos, _periodNanos;
    readonly Thread _thread;
    volatile bool _ending;
    long _pauses, _stoppedNanos;

    /// <summary>Begins at once.</summary>
    /// <exception cref="IOException">The host runs no such program.</exception>
    public PausedProgram(LabLeg host, string program, double delayMillis, int sharePercent)
    {
        (_program, _namespace) = (program, NamespaceOf(host.Process) ?? throw new IOException($"{host.Name} is down."));
        (_pauseNanos, _periodNanos) = ((long)(delayMillis * 1e6), (long)(delayMillis * 1e6 * 100 / sharePercent));
        if (Find().Count == 0) throw new IOException($"Nothing named '{program}' runs on {host.Name}.");
        _thread = new Thread(Run) { IsBackground = true, Name = "pause" };
        _thread.Start();
    }

    /// <inheritdoc/>
    public override string Account => $"{_program} was stopped {Interlocked.Read(ref _pauses)} times, "
        + $"{Interlocked.Read(ref _stoppedNanos) / 1e6 / Math.Max(1, Interlocked.Read(ref _pauses)):0.000} ms on average.";

    /// <inheritdoc/>
    public override void Dispose()
    {
        _ending = true;
        _thread.Join();
    }

    void Run()
    {
        var next = MonotonicClock.NowNanos();
        while (!_ending)
        {
            var processes = Find();
            next = MonotonicClock.WaitUntil(next + _periodNanos - _pauseNanos);
            var stopped = MonotonicClock.NowNanos();
            try
            {
                processes.ForEach(process => _ = Linux.kill(process, Linux.SIGSTOP));
                next = MonotonicClock.WaitUntil(stopped + _pauseNanos);
            }
            finally
            {
                processes.ForEach(process => _ = Linux.kill(process, Linux.SIGCONT));
            }

            Interlocked.Add(ref _stoppedNanos, next - stopped);
            Interlocked.Increment(ref _pauses);
        }
    }

    List<int> Find() => [.. Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), NumberStyles.None, CultureInfo.InvariantCulture, out var process) ? process : 0)
        .Where(process => process > 0 && NameOf(process) == _program && NamespaceOf(process) == _namespace).Take(ProcessesMax)];

    static string? NameOf(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/comm").TrimEnd();
        }
        catch (IOException)
        {
            return null;
        }
    }

    static string? NamespaceOf(int process) => new FileInfo($"/proc/{process}/ns/pid").LinkTarget;
}
