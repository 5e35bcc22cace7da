namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// Assigns areas to waiting inputs. An area speaks for an input with the logarithm of how many times more likely it appears as the
/// answer than by itself. Answers keep the order of the inputs; one area may answer several. What speaks strongly is decided at once,
/// what speaks weakly waits for something better.
/// </summary>
internal sealed class Matching
{
    // e^4: the area is 55 times as likely an answer as not; e^2: 7 times, and below that nothing is accepted.
    private const double Strong = 4, Weak = 2;

    // Hosts do not reorder: of two inputs that claim a picture, the older one gets it, unless its claim is weaker by more than what it
    // takes to believe that it painted nothing. That is as much as such inputs are rare, between these.
    private const double PaintsNothingMin = 0.003, PaintsNothingMax = 0.3, PaintsNothingLearn = 0.05;

    // Text that grows at the caret by whole glyphs is e^3 times as likely typed as not.
    private const double Grows = 3;

    // A later area replaces an earlier one only if it is this much better: the first change is the answer.
    private const double Better = 1;

    // Keys that the text's growth proves to be in a picture need no more than not to contradict it.
    private const double ProvenByText = -6;

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
    private int _count;
    private double _paintsNothing = 0.05;

    /// <summary>Matching by these beliefs. Only one that matches real inputs may change them.</summary>
    internal Matching(Caret caret, LatencyBelief[] beliefs, Verdicts verdicts, bool learns) =>
        (_caret, _beliefs, _verdicts, _learns) = (caret, beliefs, verdicts, learns);

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
            return Settles(area, background) || followsUp;
        }

        int first = OldestCloseTo(best);
        bool isAlone = IsAlone(first);
        int keys = Share(area, first);
        bool isStrong = _scores[first] >= Strong;
        if (_learns && _waiting[first].Expected == Expectation.Key && (isStrong || !_caret.IsKnown || _caret.IsNear(area.Rectangle)))
        {
            _caret.Typed(area.Rectangle, keys);
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
            if (nowNanos >= input.SentNanos + Correlator.AnswerWindowNanos + Correlator.GraceNanos
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
            double score = response > 0
                ? Math.Log(response / background) + (input.IsText ? growth : 0)
                : double.NegativeInfinity;
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

    private int OldestCloseTo(int best)
    {
        for (int i = 0; i < best; i++)
        {
            if (IsCandidate(i, best) && _scores[i] >= Math.Max(Weak, _scores[best] - Nearly))
            {
                return i;
            }
        }

        return best;
    }

    // Inputs that already have a picture are replaced only when nobody else wants the new one.
    private bool IsCandidate(int i, int of) =>
        _waiting[i].Expected != Expectation.Hover && _waiting[i].IsFamilyOf(_waiting[of]) && !_waiting[i].HasPicture;

    private bool IsAlone(int first)
    {
        for (int i = 0; i < _count; i++)
        {
            if (i != first && IsCandidate(i, first) && _scores[i] >= Math.Max(Weak, _scores[first] - Nearly))
            {
                return false;
            }
        }

        return true;
    }

    // The area becomes the picture of the first and of those that share it; returns how many.
    private int Share(in PaintedArea area, int first)
    {
        int count = 1;
        Choose(first, area, _scores[first]);
        int proven = _waiting[first].Expected == Expectation.Key ? _caret.KeysIn(area.Rectangle) : 0;
        for (int i = first - 1; i >= 0 && proven != 1; i--)
        {
            if (IsCandidate(i, first) && (proven > count ? _scores[i] > ProvenByText : proven == 0 && SharesAsOlder(i, area)))
            {
                count++;
                Choose(i, area, _scores[i]);
            }
        }

        for (int i = first + 1; i < _count && proven != 1; i++)
        {
            double within = IsCandidate(i, first) && _scores[i] >= Weak ? Within(i, area) : 0;
            if (proven > count ? within > 0 : proven == 0 && within >= 0.5)
            {
                count++;
                Choose(i, area, proven > 0 || within >= 1 ? _scores[i] : Math.Min(_scores[i], Math.Log(within / (1 - within))));
            }
        }

        for (int i = 0; i < _count && count > 1; i++)
        {
            if (_waiting[i].Sequence == area.Sequence)
            {
                _waiting[i].Shared = count;
            }
        }

        return count;
    }

    private bool SharesAsOlder(int i, in PaintedArea area) => _scores[i] >= Weak
        && _beliefs[(int)_waiting[i].Expected].Density(area.ReceivedNanos - _waiting[i].SentNanos) * FrameSeconds >= ShareMin;

    private double Within(int i, in PaintedArea area) =>
        _beliefs[(int)_waiting[i].Expected].Within(area.ReceivedNanos - _waiting[i].SentNanos);

    private void Choose(int i, in PaintedArea area, double score)
    {
        ref var input = ref _waiting[i];
        input.Rival = input.HasPicture ? Math.Max(input.Rival, input.Margin) : 0;
        (input.Sequence, input.ReceivedNanos, input.SettledNanos) = (area.Sequence, area.ReceivedNanos, area.ReceivedNanos);
        (input.Margin, input.Area, input.Shared) = (score, area.Rectangle, 1);
    }

    // The picture is certain: those that share it are matched, and what was sent before them is decided with it.
    private void Confirm(ulong sequence, int first, bool mayLearn)
    {
        for (int i = 0; i < _count; i++)
        {
            ref var input = ref _waiting[i];
            if (input.Sequence == sequence)
            {
                input.IsMatched = true;
            }
            else if (i < first && (input.IsMatched || (input.Expected != Expectation.Hover && input.IsFamilyOf(_waiting[first]))))
            {
                Close(ref input, Unmatched.Overtaken);
            }
        }

        if (mayLearn && _learns)
        {
            Learn(_waiting[first]);
        }

        Sweep();
    }

    private void Learn(in WaitingInput input) => _beliefs[(int)input.Expected].Learn(input.LatencyNanos);

    private void FollowCaret(in WaitingInput input)
    {
        if (input.Expected == Expectation.Key)
        {
            _caret.Typed(input.Area, 1);
        }
    }

    // What has a picture with a clear lead is matched; otherwise the reason counts.
    private void Close(ref WaitingInput input, Unmatched reason)
    {
        bool isMatch = input.IsMatched || (input.HasPicture && input.Lead >= Weak);
        _verdicts.Decided(input, isMatch ? Unmatched.Not : input.HasPicture ? Unmatched.Ambiguous : reason);
        input.IsOut = true;
        if (input.Expected == Expectation.Key)
        {
            _paintsNothing = Math.Clamp(
                _paintsNothing + PaintsNothingLearn * ((isMatch ? 0 : 1) - _paintsNothing), PaintsNothingMin, PaintsNothingMax);
        }
    }

    // Whether the area goes on with what an answer began.
    private bool Settles(in PaintedArea area, double background)
    {
        bool any = false;
        for (int i = 0; i < _count && background < Still && !_caret.Holds(area.Rectangle); i++)
        {
            ref var input = ref _waiting[i];
            if (input.IsMatched && area.ReceivedNanos - input.SettledNanos < Correlator.SettledAfterNanos
                && RegionPrior.Of(input, area.Rectangle, _caret).Place != Place.Elsewhere)
            {
                input.SettledNanos = Math.Max(input.SettledNanos, area.ReceivedNanos);
                any = true;
            }
        }

        return any;
    }

    private void Sweep()
    {
        int kept = 0;
        for (int i = 0; i < _count; i++)
        {
            if (!_waiting[i].IsOut)
            {
                if (kept != i)
                {
                    _waiting[kept] = _waiting[i];
                }

                kept++;
            }
        }

        _count = kept;
    }
}
