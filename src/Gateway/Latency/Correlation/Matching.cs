namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// Assigns areas to waiting inputs. An area speaks for an input with the logarithm of how many times more likely it appears as the
/// answer than by itself. Answers keep the order of the inputs; one area may answer several. What speaks strongly is decided at once,
/// what speaks weakly waits for something better.
/// </summary>
internal sealed partial class Matching
{
    // e^4: the area is 55 times as likely an answer as not; e^2: 7 times, and below that nothing is accepted.
    private const double Strong = 4, Weak = 2;

    // Hosts do not reorder: of two inputs that claim a picture, the older one gets it, unless its claim is weaker by more than what it
    // takes to believe that it painted nothing. That is as much as such inputs are rare, between these.
    private const double PaintsNothingMin = 0.01, PaintsNothingMax = 0.3, PaintsNothingLearn = 0.05;

    // Text that grows at the caret by whole glyphs is e^3 times as likely typed as not.
    private const double Grows = 3;

    // A later area replaces an earlier one only if it is this much better: the first change is the answer.
    private const double Better = 1;

    // Keys that the text's growth proves to be in one picture were pressed within this time.
    private const long TogetherNanos = 300_000_000;

    // A glyph that nobody waits for is not looked for longer than this after the last key.
    private const long LeftOverMaxNanos = 500_000_000;

    // An older input shares a picture if its own answer is that likely to fall into the same frame of the host.
    private const double FrameSeconds = 0.04, ShareMin = 0.15;

    // Places that paint less than this by themselves, per second and octave, show when an answer has settled.
    private const double Still = 0.05;

    // What would be accepted in a place that never paints by itself.
    private static readonly double s_wouldDo = Math.Exp(Weak) * TileHistory.UnknownRate / TileHistory.Octaves;

    private readonly WaitingInput[] _waiting = new WaitingInput[Correlator.WaitingMax];
    private readonly double[] _scores = new double[Correlator.WaitingMax];
    private readonly Caret _caret;
    private readonly LatencyBelief[] _beliefs;
    private readonly Verdicts _verdicts;
    private readonly bool _learns;
    private readonly SlipWatch _slip = new();
    private int _count;
    private double _paintsNothing = 0.05;

    /// <summary>Matching by these beliefs. Only one that matches real inputs may change them.</summary>
    internal Matching(Caret caret, LatencyBelief[] beliefs, Verdicts verdicts, bool learns) =>
        (_caret, _beliefs, _verdicts, _learns) = (caret, beliefs, verdicts, learns);

    /// <summary>Pictures become known this much later than they came in, at most.</summary>
    internal long LateNanos { get; set; }

    private double Nearly => -Math.Log(_paintsNothing);

    /// <summary>An input of which something is expected.</summary>
    internal void Add(in SentInput input, Expectation expected)
    {
        if (_count == _waiting.Length)
        {
            Close(ref _waiting[0], Unmatched.Crowded);
            Sweep();
        }

        _waiting[_count++] = new WaitingInput
        {
            Id = input.Id, Expected = expected, IsText = Expectations.IsText(input), X = input.A, Y = input.B, SentNanos = input.SentNanos,
        };
    }

    /// <summary>An area was painted; <paramref name="background"/> is how often, per second and octave, it is without any input.</summary>
    /// <returns>True when it answers something, or seems to.</returns>
    internal bool Offer(in PaintedArea area, double background, long floorNanos)
    {
        int best = Score(area, background, floorNanos, out bool followsUp);
        if (best < 0)
        {
            if (IsLeftOver(area) || Settles(area, background) || followsUp)
            {
                return true;
            }

            LookForText(area, background, floorNanos);
            return false;
        }

        // What speaks for the picture being an answer at all speaks for the oldest that it may answer.
        int first = OldestCloseTo(best);
        _scores[first] = _scores[best];
        bool isAlone = IsAlone(first);
        int keys = Share(area, first);
        NoticeSlip(area, first, keys, floorNanos);
        bool isStrong = _scores[first] >= Strong;
        if (_learns && _waiting[first].Expected == Expectation.Key && (isStrong || !_caret.IsKnown || _caret.IsNear(area.Rectangle)))
        {
            _caret.Typed(area.Rectangle, keys, area.ReceivedNanos);
        }

        if (isStrong)
        {
            Confirm(area.Sequence, first, isAlone && keys == 1);
        }

        return true;
    }

    /// <summary>Time went on: what is due is decided.</summary>
    internal void Advance(long nowNanos)
    {
        bool any = false;
        for (int i = 0; i < _count; i++)
        {
            ref var input = ref _waiting[i];
            if (nowNanos >= input.SentNanos + Correlator.AnswerWindowNanos + Correlator.GraceNanos + LateNanos
                || (input.IsMatched && nowNanos >= input.SettledNanos + Correlator.SettledAfterNanos))
            {
                if (_learns && !input.IsMatched && input.HasPicture && input.Shared == 1 && input.Lead >= Weak)
                {
                    Learn(input);
                    FollowCaret(input);
                }

                Close(ref input, input.SawBackground ? Unmatched.Background : Unmatched.NoPicture);
                any = true;
            }
        }

        if (any)
        {
            Sweep();
        }
    }

    /// <summary>Everything that waits is given up.</summary>
    internal void Reset()
    {
        for (int i = 0; i < _count; i++)
        {
            _verdicts.Decided(_waiting[i], _waiting[i].IsMatched ? Unmatched.Not : Unmatched.Reset);
        }

        _count = 0;
    }

    // Gives every open input its score; returns the best that is worth accepting, or -1.
    private int Score(in PaintedArea area, double background, long floorNanos, out bool followsUp)
    {
        int best = -1;
        double growth = _caret.KeysIn(area.Rectangle) > 0 ? Grows : 0;
        followsUp = false;
        for (int i = 0; i < _count; i++)
        {
            ref var input = ref _waiting[i];
            _scores[i] = double.NegativeInfinity;
            long latency = area.ReceivedNanos - input.SentNanos;
            if (input.IsMatched || latency < floorNanos || latency > Correlator.AnswerWindowNanos)
            {
                continue;
            }

            double response = RegionPrior.Of(input, area.Rectangle, _caret).Density * _beliefs[(int)input.Expected].Density(latency);
            // What would be below 0 is never chosen, and its logarithm would be most of the work.
            double score = response > background ? Math.Log(response / background) + (input.IsText ? growth : 0) : double.NegativeInfinity;
            if (score < (input.Expected == Expectation.Hover ? Strong : Weak))
            {
                input.SawBackground |= response > s_wouldDo;
            }
            else if (input.HasPicture && score < input.Margin + Better)
            {
                followsUp = true;
                continue;
            }
            else if (best < 0 || score > _scores[best])
            {
                best = i;
            }

            _scores[i] = score;
        }

        return best;
    }

    private void Choose(int i, in PaintedArea area, double score)
    {
        ref var input = ref _waiting[i];
        input.Rival = input.HasPicture && !input.IsMatched ? Math.Max(input.Rival, input.Margin) : 0;
        (input.Sequence, input.ReceivedNanos, input.SettledNanos) = (area.Sequence, area.ReceivedNanos, area.ReceivedNanos);
        (input.Margin, input.Area, input.Shared) = (score, area.Rectangle, 1);
    }
}
