using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// Says which picture answers which input of one session. Fed by one thread, in the order of time, with inputs as they were sent and areas
/// as they were published; it has no clock but the stamps and <see cref="Advance"/>. Answers come out of <see cref="TryTake"/>, at
/// most <see cref="AnswerWindowNanos"/>, <see cref="GraceNanos"/> and <see cref="LateNanos"/> after the input. It allocates nothing after it was made.
/// How it decides, and how often it errs: docs/latency.md.
/// </summary>
public sealed class Correlator : IAnswers
{
    /// <summary>A picture later than this is no answer any more.</summary>
    public const long AnswerWindowNanos = 2_000_000_000;

    /// <summary>How much longer than <see cref="AnswerWindowNanos"/> an answer is waited for, because pictures are published after they are
    /// received.</summary>
    public const long GraceNanos = 100_000_000;

    /// <summary>A picture has settled when nothing that the input could have caused was painted for this long.</summary>
    public const long SettledAfterNanos = 100_000_000;

    /// <summary>Inputs of which a picture is expected that may wait at once.</summary>
    public const int WaitingMax = 128;

    /// <summary>Answers that are kept until they are taken; older ones are lost when nobody takes them.</summary>
    public const int AnswersMax = 1024;

    // An odd number of seconds and a bit, so that a surrogate meets clocks and carets in another phase than its input.
    private const long SurrogateShiftNanos = 2_370_000_000;
    private const int SurrogatesMax = 256;

    // At the caret, a host that has become slower shall not be taken for something that paints by itself.
    private const long SolicitedAtCaretNanos = 600_000_000;

    // How much of the time is free of inputs is remembered this long; what is learned in it counts for the rest, but not more than this.
    private const double FreeMemorySeconds = 10, WeightMax = 8;

    // A desktop that is drawn for the first time paints everywhere. Rhythms may begin in that time, but how much is painted is no habit.
    private const long OpeningNanos = 4_000_000_000;
    private const double OpeningWeight = 0.02;

    // Places that paint more than this by themselves, per second and octave, would drown the control in chance.
    private const double ControlStill = 0.05;

    private readonly Background _background = new();
    private readonly Caret _caret = new();
    private readonly Verdicts _verdicts = new(AnswersMax), _chance = new(answersMax: 0);
    private readonly LatencyBelief[] _beliefs;
    private readonly Matching _matching, _surrogates;
    private readonly Correlogram _correlogram;
    private readonly SentInput[] _shifted = new SentInput[SurrogatesMax];
    private long _shiftedWritten, _shiftedTaken, _floorNanos;
    private long _solicitedUntil, _keySentNanos, _lookedNanos, _openedNanos;
    private double _free = 1;
    private uint? _generation;

    /// <summary>A correlator for one session.</summary>
    /// <param name="floorNanos">No picture comes sooner after an input than this: the floor of the round trip to the host; 0 when
    /// unknown.</param>
    public Correlator(long floorNanos = 0)
    {
        FloorNanos = floorNanos;
        _beliefs = [.. Enum.GetValues<Expectation>().Select(_ => new LatencyBelief())];
        _correlogram = new Correlogram(_verdicts.Latencies);
        _matching = new Matching(_caret, _beliefs, _verdicts, learns: true);
        _surrogates = new Matching(_caret, _beliefs, _chance, learns: false);
    }

    /// <summary>No picture comes sooner after an input than this; may change at any time.</summary>
    public long FloorNanos
    {
        get => _floorNanos;
        set => _floorNanos = Math.Max(0, value);
    }

    /// <inheritdoc/>
    public long LateNanos
    {
        get => _matching.LateNanos;
        set => _matching.LateNanos = _surrogates.LateNanos = Math.Max(0, value);
    }

    /// <summary>What was decided so far.</summary>
    public MatchCounts Counts => _verdicts.Count(_chance);

    /// <summary>Whether the matches agree with a control that matches nothing. Costs microseconds: ask once a second at most.</summary>
    public SurrogateCheck Check() => _correlogram.Compare();

    /// <summary>An input was written to the host's socket.</summary>
    public void Sent(in SentInput input)
    {
        Advance(input.SentNanos);
        var expected = Expectations.Of(input);
        if (expected == Expectation.Nothing)
        {
            _verdicts.Silent(input.Id);
            return;
        }

        _matching.Add(input, expected);
        if (expected != Expectation.Hover)
        {
            Look(input.SentNanos);
            _keySentNanos = expected == Expectation.Key ? input.SentNanos : _keySentNanos;
            _solicitedUntil = Math.Max(_solicitedUntil, input.SentNanos + _beliefs[(int)expected].LongNanos);
            _correlogram.Sent(input.SentNanos);
            if (_shiftedWritten - _shiftedTaken < SurrogatesMax)
            {
                _shifted[_shiftedWritten++ % SurrogatesMax] = input with { SentNanos = input.SentNanos + SurrogateShiftNanos };
            }
        }
    }

    /// <inheritdoc/>
    public void Painted(in DamageEntry entry) => Painted(PaintedArea.Of(entry));

    /// <summary>The host painted.</summary>
    public void Painted(in PaintedArea area)
    {
        if (area.ReceivedNanos <= 0 || area.Rectangle.IsEmpty)
        {
            return;
        }

        if (_generation is { } known && known != area.Generation)
        {
            Reset();
        }

        _generation = area.Generation;
        _openedNanos = _openedNanos == 0 ? area.ReceivedNanos : _openedNanos;
        Advance(area.ReceivedNanos);
        var rectangle = area.Rectangle;
        long nanos = area.ReceivedNanos;
        double background = Math.Max(
            _background.Density(rectangle, nanos), _caret.Density(rectangle, nanos, Background.Octave(rectangle)));
        if (background < ControlStill)
        {
            _correlogram.Painted(nanos);
        }

        if (_matching.Offer(area, background, _floorNanos))
        {
            return;
        }

        _surrogates.Offer(area, background, _floorNanos);
        Look(nanos);
        Learn(rectangle, nanos);
    }

    /// <summary>It is now <paramref name="nowNanos"/>, and everything that happened before was said. Needed about ten times a second,
    /// so that inputs without a picture get their answer.</summary>
    public void Advance(long nowNanos)
    {
        while (_shiftedTaken < _shiftedWritten && _shifted[_shiftedTaken % SurrogatesMax] is var due && due.SentNanos <= nowNanos)
        {
            _surrogates.Add(due, Expectations.Of(due));
            _shiftedTaken++;
        }

        _matching.Advance(nowNanos);
        _surrogates.Advance(nowNanos);
    }

    /// <summary>The connection to the host is another one, or the desktop's size: what waits is given up, and what was learned about
    /// places is forgotten.</summary>
    public void Reset()
    {
        _matching.Reset();
        _surrogates.Reset();
        _shiftedTaken = _shiftedWritten;
        _background.Clear();
        _caret.Clear();
        (_solicitedUntil, _keySentNanos, _lookedNanos, _openedNanos, _free) = (0, 0, 0, 0, 1);
    }

    /// <summary>Takes the next decided answer.</summary>
    public bool TryTake(out Answer answer) => _verdicts.TryTake(out answer);

    // What comes soon after an input may be its doing, wherever it is, and teaches nothing about the place.
    private void Learn(in SurfaceRectangle area, long nanos)
    {
        bool onBeat = _background.IsOnBeat(area, nanos);
        bool solicited = nanos < _solicitedUntil || (nanos < _keySentNanos + SolicitedAtCaretNanos && _caret.IsNear(area));
        if (solicited && !onBeat && !_caret.IsOnBeat(area, nanos) && !_caret.Holds(area))
        {
            return;
        }

        bool isBlinking = _background.IsBlinking(area, nanos);
        double weight = Math.Min(WeightMax, 1 / _free);
        _background.Learn(area, nanos, nanos - _openedNanos < OpeningNanos ? weight * OpeningWeight : weight);
        _caret.Blinked(area, nanos, weight);
        if (isBlinking)
        {
            _caret.Guess(area, nanos);
        }
    }

    // Keeps account of how much of the time no input could be the reason of what is painted.
    private void Look(long nanos)
    {
        if (_lookedNanos != 0 && nanos > _lookedNanos)
        {
            double seconds = (nanos - _lookedNanos) * 1e-9;
            double free = Math.Clamp((nanos - Math.Max(_lookedNanos, _solicitedUntil)) * 1e-9 / seconds, 0, 1);
            _free += (free - _free) * Math.Min(1, seconds / FreeMemorySeconds);
        }

        _lookedNanos = Math.Max(_lookedNanos, nanos);
    }
}
