using System.Net;
using System.Net.Sockets;
using FreeRdp;
using Microsoft.Extensions.Logging.Abstractions;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface;

namespace RemoteChain.Benchmarks;

/// <summary>
/// What recording costs: a pair of stamps beside the way of a key, the node's reading of all sessions, and what stays on the disk. Sessions are
/// the real shared memory with workers played at a brisk pace; the recorder, the correlator and the store are the node's own.
/// </summary>
public static class RecorderBenchmark
{
    private const int PairsMeasured = 2_000_000;
    private const int LooksFewer = 10;
    private const int Polls = 4;

    /// <summary>So long the runtime compiles what turns out to be used often: a node runs for weeks.</summary>
    private const int WarmPairs = 3;

    private const int RolledMinutes = 5;

    /// <summary>Runs it. <c>--count</c> sessions (default 50), <c>--blocks</c> pairs of blocks with and without the recorder (default 11) of
    /// <c>--seconds</c> each (default 4).</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        var (inputPairNs, framePairNs) = (InputPairNanos(), FramePairNanos());
        double arrivalNs = ArrivalNanos();
        BenchmarkOptions.Say($"a pair of stamps: input {inputPairNs:0.0} ns, picture {framePairNs:0.0} ns; asking the kernel when bytes came in: {arrivalNs:0} ns");

        int count = options.Number("count", 50), blocks = options.Number("blocks", 11), seconds = options.Number("seconds", 4);
        var folder = Directory.CreateTempSubdirectory("rc-recorder-");
        try
        {
            using var database = new Database(Path.Combine(folder.FullName, "node.db"), TimeProvider.System);
            var store = new LatencyStore(database);
            var sessions = Enumerable.Range(0, count).Select(i => new PlayedSession($"session-{i}")).ToList();
            var (added, samples) = (new List<double>(), new List<Sample>());
            await using (var journal = new LatencyJournal(store, LatencyRetention.Default, TimeProvider.System, NullLogger<LatencyJournal>.Instance))
            {
                for (int block = 1 - WarmPairs; block <= blocks; block++)
                {
                    double off = await PlayAsync(sessions, null, seconds);
                    samples.Clear();
                    double on = await PlayAsync(sessions, journal, seconds, samples);
                    if (block <= 0) continue;
                    added.Add(on - off);
                    BenchmarkOptions.Say($"{block}/{blocks}: {off * 100:0.00} % of a core without the recorder, {on * 100:0.00} % with");
                }

                await journal.FlushAsync(CancellationToken.None);
            }

            sessions.ForEach(session => session.Dispose());
            double recordedSeconds = (blocks + WarmPairs) * seconds;
            double samplesPerSecond = samples.Count / (double)seconds / count;
            // The median: a block in which the machine did something else counts as one block, not by how much it did. A minute is rolled up in few
            // blocks and would not be in it.
            double recording = added.Order().ElementAt(added.Count / 2) / count, rollUp = RollUpCores(folder.FullName, samples, samplesPerSecond);
            return new
            {
                stampPairNs = Math.Max(inputPairNs, framePairNs),
                corePercentPerSession = (recording + rollUp) * 100,
                bytesPerSecondPerSession = store.BytesKept / recordedSeconds / count,
                detail = new
                {
                    inputPairNs, framePairNs, arrivalNs, sessions = count, inputsPerSecond = PlayedSession.KeysPerSecond, picturesPerSecond = PlayedSession.PicturesPerSecond,
                    samplesPerSecondPerSession = samplesPerSecond, recordingPercent = recording * 100, rollUpPercent = rollUp * 100,
                },
            };
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    /// <summary>Plays all sessions for some seconds, and polls them as the node does if there is a journal.</summary>
    /// <returns>Cores used.</returns>
    private static async Task<double> PlayAsync(List<PlayedSession> sessions, LatencyJournal? journal, int seconds, List<Sample>? made = null)
    {
        // What an unread block has left behind is not this block's work.
        sessions.ForEach(session => session.Latency.Poll());
        var processor = Environment.CpuUsage.TotalTime;
        long began = MonotonicClock.NowNanos();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(1000.0 / PlayedSession.PicturesPerSecond));
        for (int step = 0; step < seconds * PlayedSession.PicturesPerSecond; step++)
        {
            await timer.WaitForNextTickAsync();
            sessions.ForEach(session => session.Play(step));
            if (journal is null || step % (PlayedSession.PicturesPerSecond / Polls) != 0) continue;
            foreach (var session in sessions)
            {
                var (samples, matches) = session.Latency.Poll();
                made?.AddRange(samples);
                journal.Add(session.Name, "desk", samples, "alice");
                journal.AddMatches(session.Name, "desk", matches.Expected, matches.Matched, matches.Expected - matches.Matched, "alice");
            }
        }

        double elapsed = (MonotonicClock.NowNanos() - began) / 1e9;
        return (Environment.CpuUsage.TotalTime - processor).TotalSeconds / elapsed;
    }

    /// <summary>What it takes to roll up the minutes of one session, in cores: the least of some minutes in a journal as a node writes it.</summary>
    private static double RollUpCores(string folder, List<Sample> samples, double perSecond)
    {
        using var database = new Database(Path.Combine(folder, "minutes.db"), TimeProvider.System);
        var store = new LatencyStore(database);
        var rollUp = new LatencyRollUp(store, LatencyRetention.Default, TimeProvider.System, NullLogger.Instance);
        int flushes = (int)Math.Ceiling(TimeSpan.FromMinutes(1) / LatencyJournal.FlushEvery), each = (int)Math.Ceiling(perSecond * 60 / flushes);
        double best = double.MaxValue;
        for (int i = 1; i <= RolledMinutes; i++)
        {
            long minute = Minutes.Of(DateTimeOffset.UtcNow) - 2 * i;
            for (int flush = 0; flush < flushes; flush++)
            {
                Sample[] some = [.. Enumerable.Range(flush * each, each).Select(at => samples[at % samples.Count])];
                store.Append([new LatencyBatch("session", "desk", "alice", minute, new(Samples: each), SampleCodec.Write(some))]);
            }

            long began = MonotonicClock.NowNanos();
            rollUp.Run();
            best = Math.Min(best, (MonotonicClock.NowNanos() - began) / 60e9);
        }

        return best;
    }

    /// <summary>Two stamps of an input, as the desktop worker makes them.</summary>
    private static double InputPairNanos()
    {
        using var file = InputFile.Create();
        using var writer = new InputRingWriter(file, Bell.Create(), 1);
        if (!InputRingReader.TryOpen(file, 1, out var reader)) throw new InvalidOperationException("The ring does not open.");
        using (reader)
        {
            writer.Write(new(InputKind.Scancode, 0, 30), out _);
            reader.TryRead(out _);
            return Best(() =>
            {
                for (int i = 0; i < PairsMeasured; i++) reader.Stamp(MonotonicClock.NowNanos(), MonotonicClock.NowNanos());
            });
        }
    }

    /// <summary>Two stamps of a picture, as a front makes them.</summary>
    private static double FramePairNanos()
    {
        using var file = FrameFile.Create();
        using var writer = new FrameRingWriter(file);
        return Best(() =>
        {
            for (uint i = 0; i < PairsMeasured; i++) writer.Write(i, i, MonotonicClock.NowNanos(), MonotonicClock.NowNanos(), isAcknowledged: false);
        });
    }

    /// <summary>Asking once, with bytes waiting: once for each wake-up of a worker.</summary>
    private static double ArrivalNanos()
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        using var sender = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        sender.Connect(listener.LocalEndPoint!);
        using var receiver = listener.Accept();
        ArrivalClock.Enable((int)receiver.Handle);
        sender.Send([1]);
        receiver.Receive(new byte[1], SocketFlags.Peek);
        var clock = new ArrivalClock((int)receiver.Handle);
        return Best(() =>
        {
            for (int i = 0; i < PairsMeasured / LooksFewer; i++) clock.Look();
        }) * LooksFewer;
    }

    /// <summary>The best of five: the cost, without what else the machine did.</summary>
    private static double Best(Action run)
    {
        double best = double.MaxValue;
        for (int i = 0; i < 6; i++)
        {
            long began = MonotonicClock.NowNanos();
            run();
            if (i > 0) best = Math.Min(best, (MonotonicClock.NowNanos() - began) / (double)PairsMeasured);
        }

        return best;
    }
}
