using System.Collections.Immutable;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Latency.Correlation;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>
/// The latency of one session: reads the stamps that workers leave in shared memory, finds out which picture answers which input, and makes
/// samples of it. Nobody waits for it; <see cref="Poll"/> is called a few times a second. Safe from any thread.
/// <code>
///   input rings ──► delivered inputs ──┐
///   damage ring ──► damage entries ────┼──► IAnswers   ──► answers ──► SampleTimes ──► samples
///   frame rings ──► sent frames ───────┘
/// </code>
/// </summary>
public sealed class SessionLatency : IDisposable
{
    /// <summary>Inputs whose answer is looked for, and answers whose frame is waited for, at once.</summary>
    public const int PendingMax = 2048;

    /// <summary>An answer whose frame was not sent within this time has no sample: the front showed something else meanwhile.</summary>
    private const long FrameNanosMax = 5_000_000_000;

    /// <summary>A worker that cannot keep up publishes what came in long before; later than this it is not waited for.</summary>
    private const long LateNanosMax = 5_000_000_000;

    /// <summary>How late a worker was is forgotten in this many times as long.</summary>
    private const int LateFades = 4;

    /// <summary>Workers go on while the node reads: a stamp may be this much later than the moment at which the reading began.</summary>
    private const long ReadingNanosMax = 1_000_000_000;

    private readonly Lock _gate = new();
    private readonly ChainStages _stages;
    private readonly SurfaceReader? _surface;
    private readonly TimeProvider _time;
    private readonly IAnswers _answers;
    private readonly PaintHistory _paints = new();
    private readonly HashSet<ulong> _answering = [];
    private readonly Dictionary<ulong, DeliveredInput> _inputs = [];
    private readonly Dictionary<int, FrontStamps> _fronts = [];
    private readonly Queue<Matched> _matched = new();
    private readonly List<DeliveredInput> _delivered = [];
    private readonly List<DamageEntry> _painted = [];
    private readonly List<Sample> _samples = [];
    private MatchCounts _reported;
    private long _userInputNanos, _readNanos, _lateNanos;
    private bool _disposed;

    /// <summary>Begins to read a session's surface; the descriptor stays the caller's.</summary>
    public SessionLatency(Chain chain, DescriptorHandle surface, TimeProvider time)
    {
        _stages = new ChainStages(chain);
        _answers = _stages.Machine is null ? new Correlator() : new ToldAnswers();
        _time = time;
        SurfaceReader.TryOpen(surface, out _surface);
    }

    /// <summary>What the fronts tell about the ways to their clients.</summary>
    public FrontEchoes UserEchoes { get; } = new();

    /// <summary>What is known about the way to the host.</summary>
    public HostTransport HostWay { get; } = new();

    /// <summary>What is known about the ways to the hops in front of the host.</summary>
    public HopWays HopWays { get; } = new();

    /// <summary>Counts of what was read and what became of it.</summary>
    public RecordingCounts Counts { get; private set; }

    /// <summary>How many inputs found their picture.</summary>
    public MatchCounts Matches
    {
        get
        {
            lock (_gate)
            {
                return _answers.Counts;
            }
        }
    }

    /// <summary>When a user did something last, as far as it was read; 0 = never.</summary>
    public long UserInputNanos => Volatile.Read(ref _userInputNanos);

    /// <summary>Reads a front's stamps from now on; the descriptors stay the caller's.</summary>
    /// <param name="frontNumber">Which front.</param>
    /// <param name="input">Its input ring; null when it may only watch.</param>
    /// <param name="frames">Its frame ring; null when it shows nothing (a probe).</param>
    public void AddFront(int frontNumber, DescriptorHandle? input, DescriptorHandle? frames)
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _fronts[frontNumber] = new FrontStamps(frontNumber, input, frames);
            }
        }
    }

    /// <summary>A front has gone.</summary>
    public void RemoveFront(int frontNumber)
    {
        lock (_gate)
        {
            if (_fronts.Remove(frontNumber, out var front))
            {
                front.Dispose();
            }
        }

        UserEchoes.Remove(frontNumber);
    }

    /// <summary>The desktop is a new connection: what waits for its answer will not get one.</summary>
    public void BackChanged()
    {
        lock (_gate)
        {
            _answers.Reset();
        }
    }

    /// <summary>Reads what is new. Returns the samples that are complete now, and how many more inputs than at the last call were expected to
    /// be answered and were.</summary>
    public (IReadOnlyList<Sample> Samples, (long Expected, long Matched) Matches) Poll()
    {
        lock (_gate)
        {
            if (_disposed || _surface is null)
            {
                return ([], default);
            }

            _samples.Clear();
            long nowNanos = MonotonicClock.NowNanos();
            Read(nowNanos);
            // Asked once for everything that this reading brings; a session at rest does not ask.
            var ways = _delivered.Count + _painted.Count + _matched.Count + _inputs.Count == 0
                ? default : new Ways(HostWay.Estimate(nowNanos), HopWays.Read(nowNanos));
            Feed(nowNanos, ways.Host);
            TakeAnswers();
            Complete(nowNanos, ways);
            var (before, now) = (_reported, _answers.Counts);
            _reported = now;
            return (_samples.Count == 0 ? [] : [.. _samples], (now.Expected - before.Expected, now.Matched - before.Matched));
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _surface?.Dispose();
            foreach (var front in _fronts.Values)
            {
                front.Dispose();
            }

            _fronts.Clear();
        }
    }

    private void Read(long nowNanos)
    {
        int lost = 0;
        _lateNanos = Math.Max(0, _lateNanos - (nowNanos - _readNanos) / LateFades);
        _readNanos = nowNanos;
        _delivered.Clear();
        _painted.Clear();
        foreach (var (number, front) in _fronts)
        {
            int before = _delivered.Count;
            lost += front.Read(nowNanos, _delivered);
            if (_delivered.Count > before && number != KeyProbe.FrontNumber)
            {
                Volatile.Write(ref _userInputNanos, nowNanos);
            }
        }

        while (_painted.Count < PaintHistory.EntriesMax && _surface!.TryReadDamage(out var entry) is var read && read != DamageRead.None)
        {
            if (read == DamageRead.Corrupt)
            {
                // Whoever writes the surface is not to be believed any more; the fronts find out for themselves.
                break;
            }

            if (read == DamageRead.FellBehind)
            {
                lost++;
            }
            else if (entry.ReceivedNanos > 0 && entry.DecodedNanos >= entry.ReceivedNanos && entry.PublishedNanos >= entry.DecodedNanos
                && entry.PublishedNanos <= nowNanos + ReadingNanosMax)
            {
                _painted.Add(entry);
                _lateNanos = Math.Clamp(entry.PublishedNanos - entry.ReceivedNanos, _lateNanos, LateNanosMax);
            }
        }

        Counts = Counts with { Inputs = Counts.Inputs + _delivered.Count, Paints = Counts.Paints + _painted.Count, Lost = Counts.Lost + lost };
    }

    /// <summary>Inputs and paints in the order in which they happened.</summary>
    private void Feed(long nowNanos, TransportEstimate? hostWay)
    {
        _delivered.Sort((a, b) => a.SentNanos.CompareTo(b.SentNanos));
        _answers.FloorNanos = hostWay?.LowNanos ?? 0;
        // It grows while it lasts: the next picture may be later than the last.
        _answers.LateNanos = 2 * _lateNanos;
        int next = 0;
        foreach (var input in _delivered)
        {
            // A picture is known when it is published; one that was received before this input went out may be published after it.
            for (; next < _painted.Count && _painted[next].ReceivedNanos < input.SentNanos; next++)
            {
                Paint(_painted[next]);
            }

            if (_inputs.Count < PendingMax)
            {
                _inputs[input.Input.Id] = input;
                _answers.Sent(SentInput.Of(input.Input, input.SentNanos));
            }
        }

        for (; next < _painted.Count; next++)
        {
            Paint(_painted[next]);
        }

        _answers.Advance(nowNanos);
    }

    private void Paint(in DamageEntry entry)
    {
        _paints.Add(entry);
        _answers.Painted(entry);
    }

    private void TakeAnswers()
    {
        while (_answers.TryTake(out var answer))
        {
            if (!_inputs.Remove(answer.InputId, out var input) || !answer.IsMatch || _paints.Find(answer.DamageSequence) is not { } entry)
            {
                continue;
            }

            _answering.Add(answer.DamageSequence);
            if (_matched.Count < PendingMax)
            {
                _matched.Enqueue(new Matched(input, entry, answer.SharedPicture));
            }
        }
    }

    private void Complete(long nowNanos, in Ways ways)
    {
        for (int i = _matched.Count; i > 0; i--)
        {
            var matched = _matched.Dequeue();
            _fronts.TryGetValue(matched.Input.Input.FrontNumber, out var front);
            var frame = front?.FrameWith(matched.Answer.Sequence);
            bool showsNothing = front is { ShowsPictures: false };
            if (frame is null && !showsNothing)
            {
                // Not sent yet, or never: the front has gone, or its user looks at something else.
                if (front is not null && nowNanos - matched.Answer.PublishedNanos < FrameNanosMax)
                {
                    _matched.Enqueue(matched);
                }
                else
                {
                    Counts = Counts with { Unshown = Counts.Unshown + 1 };
                }

                continue;
            }

            Make(matched, frame, ways, nowNanos);
        }

        if (_answering.Count > PendingMax)
        {
            _answering.Clear();
        }
    }

    private void Make(in Matched matched, SentFrame? frame, in Ways ways, long nowNanos)
    {
        int number = matched.Input.Input.FrontNumber;
        var stamps = new InteractionStamps(
            matched.Input, matched.Answer, frame, ways.Host, frame is null ? null : UserEchoes.Estimate(number, nowNanos), ways.Hops,
            _stages.Machine is null || matched.Answer.LastInputId != matched.Input.Input.Id ? null : GuestOf(matched.Input));
        if (!SampleTimes.IsPossible(stamps))
        {
            Counts = Counts with { Impossible = Counts.Impossible + 1 };
            return;
        }

        long firstNanos = matched.Input.Input.ReceivedNanos > 0 ? matched.Input.Input.ReceivedNanos : matched.Input.Input.PublishedNanos;
        _samples.Add(new Sample(
            matched.Input.Input.Id, matched.Input.Input.Kind, _paints.LoadAt(matched.Answer, _answering),
            number == KeyProbe.FrontNumber ? SampleOrigin.Probe : SampleOrigin.Passive,
            _time.GetUtcNow() - TimeSpan.FromTicks((nowNanos - firstNanos) / TimeSpan.NanosecondsPerTick), SampleTimes.Of(stamps, _stages),
            matched.SharedPicture));
        Counts = Counts with { Samples = Counts.Samples + 1 };
    }

    private GuestTimes? GuestOf(in DeliveredInput input) => _fronts.GetValueOrDefault(input.Input.FrontNumber)?.GuestOf(input);

    private readonly record struct Ways(TransportEstimate? Host, ImmutableArray<HopReading> Hops);

    private readonly record struct Matched(DeliveredInput Input, DamageEntry Answer, int SharedPicture);
}
