using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Probes;

/// <summary>
/// Presses a key at the host and lets the recorder find the picture that shows it: the only figure from end to end when nobody types. It
/// is a front like any other, with an input ring and a number, except that nobody looks. Presses follow a plan of random moments that
/// waits for no answer, so that a host that hangs is asked as often as one that does not.
/// </summary>
public sealed class KeyProbe : IDisposable
{
    /// <summary>Its number as a front; people's fronts never get it.</summary>
    public const int FrontNumber = ushort.MaxValue;

    /// <summary>Presses of one probe at most.</summary>
    public const int PressesMax = 100;

    /// <summary>No key is pressed within this time after a user's input: it could fall into what is being typed.</summary>
    public const long QuietNanos = 5_000_000_000;

    /// <summary>How long an answer is waited for.</summary>
    public const long PatienceNanos = 2_000_000_000;

    private const ushort Released = 0x8000; // KBDFLAGS_RELEASE
    private const double ShortestSeconds = 2.2;
    private const double MoreMeanSeconds = 0.4;
    private const double MoreSecondsMax = 2;

    // The desktop worker reads a ring from the moment on at which it was given it.
    private const double UntilReadSeconds = 1;
    private const double UntilUndoneSeconds = 1;

    // Answers are found a few times a second, and some only when others can be ruled out.
    private const double UntilFoundSeconds = 3;

    private readonly Lock _gate = new();
    private readonly int _key;
    private readonly int _undoKey;
    private readonly int _count;
    private readonly double _pace;
    private readonly InputRingWriter _ring;
    private readonly List<(ulong Id, long SentNanos, long LateNanos)> _presses = [];
    private readonly Dictionary<ulong, long> _answers = [];
    private string _ending = "";
    private bool _running = true;

    /// <summary>Prepares; <see cref="RunAsync"/> begins.</summary>
    /// <param name="key">Scancode of the key that is pressed.</param>
    /// <param name="undoKey">Scancode of the key that takes it back; 0 = none.</param>
    /// <param name="count">Presses, 1 to <see cref="PressesMax"/>.</param>
    /// <param name="inputBell">The session's; stays the caller's.</param>
    /// <param name="pace">By how much all pauses are shorter; for tests, which have no host to wait for.</param>
    public KeyProbe(int key, int undoKey, int count, Bell inputBell, double pace = 1)
    {
        (_key, _undoKey, _count, _pace) = (key, undoKey, Math.Clamp(count, 1, PressesMax), pace);
        _ring = new InputRingWriter(Input, new Bell(inputBell.Handle.Duplicate()), FrontNumber);
    }

    /// <summary>The ring that the desktop worker reads.</summary>
    public DescriptorHandle Input { get; } = InputFile.Create();

    /// <summary>What the desktop worker rings; nobody listens.</summary>
    public Bell DamageBell { get; } = Bell.Create();

    /// <summary>What it has shown so far.</summary>
    public KeyProbeReport Report
    {
        get
        {
            lock (_gate)
            {
                long nowNanos = MonotonicClock.NowNanos();
                return KeyProbeReport.Of(_running, _count, _ending,
                [
                    .. _presses.Select(press => _answers.TryGetValue(press.Id, out long nanos) && nanos <= PatienceNanos
                        ? new KeyPress(press.LateNanos, nanos, nanos)
                        : new KeyPress(press.LateNanos, null, Math.Min(nowNanos - press.SentNanos, PatienceNanos))),
                ]);
            }
        }
    }

    /// <summary>Presses as often as wanted; ends early when a user comes back.</summary>
    /// <param name="userInputNanos">When a user did something last.</param>
    /// <param name="pressed">Called with the moment of each press.</param>
    /// <param name="cancellationToken">The desktop is lost, or the session ends.</param>
    public async Task RunAsync(Func<long> userInputNanos, Action<long> pressed, CancellationToken cancellationToken)
    {
        var random = new Random();
        try
        {
            await PauseAsync(UntilReadSeconds, cancellationToken);
            long intendedNanos = MonotonicClock.NowNanos();
            for (int i = 0; i < _count; i++)
            {
                await UntilAsync(intendedNanos, cancellationToken);
                long nowNanos = MonotonicClock.NowNanos();
                if (nowNanos - userInputNanos() < QuietNanos)
                {
                    End("a user is at work");
                    break;
                }

                Press(nowNanos, nowNanos - intendedNanos);
                pressed(nowNanos);
                await PauseAsync(UntilUndoneSeconds, cancellationToken);
                if (userInputNanos() > nowNanos)
                {
                    // Undone now, it would be the user's own key that is taken back.
                    End("a user came back");
                    break;
                }

                Stroke(_undoKey);
                double moreSeconds = Math.Min(-Math.Log(1 - random.NextDouble()) * MoreMeanSeconds, MoreSecondsMax);
                intendedNanos += (long)((ShortestSeconds + moreSeconds) / _pace * 1e9);
            }

            await PauseAsync(UntilFoundSeconds, cancellationToken);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            End("the desktop was lost");
        }

        lock (_gate)
        {
            _running = false;
        }
    }

    /// <summary>Takes its own out of the samples that the session's recorder has made.</summary>
    public void Take(IReadOnlyList<Sample> samples)
    {
        lock (_gate)
        {
            foreach (var sample in samples)
            {
                if (sample.Origin == SampleOrigin.Probe && _answers.Count < PressesMax && _presses.Exists(press => press.Id == sample.InputId))
                {
                    _answers[sample.InputId] = sample.TotalNanos;
                }
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _ring.Dispose();
        Input.Dispose();
        DamageBell.Dispose();
    }

    private Task PauseAsync(double seconds, CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(seconds / _pace), cancellationToken);

    private static async Task UntilAsync(long nanos, CancellationToken cancellationToken)
    {
        long leftNanos = nanos - MonotonicClock.NowNanos();
        if (leftNanos > 0)
        {
            // Timers count whole milliseconds.
            await Task.Delay(TimeSpan.FromMilliseconds(Math.Ceiling(leftNanos / 1e6)), cancellationToken);
        }
    }

    private void Press(long nowNanos, long lateNanos)
    {
        lock (_gate)
        {
            if (_ring.Write(new InputEvent(InputKind.Scancode, 0, _key, ReceivedNanos: nowNanos), out ulong id) == InputWrite.Written)
            {
                _presses.Add((id, nowNanos, lateNanos));
            }
        }

        _ring.Write(new InputEvent(InputKind.Scancode, Released, _key), out _);
    }

    private void Stroke(int key)
    {
        if (key != 0)
        {
            _ring.Write(new InputEvent(InputKind.Scancode, 0, key), out _);
            _ring.Write(new InputEvent(InputKind.Scancode, Released, key), out _);
        }
    }

    private void End(string ending)
    {
        lock (_gate)
        {
            _ending = ending;
        }
    }
}
