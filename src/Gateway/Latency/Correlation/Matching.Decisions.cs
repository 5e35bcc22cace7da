namespace RemoteChain.Gateway.Latency.Correlation;

/// <content>When a picture is certain, what is decided with it, and what is learned.</content>
internal sealed partial class Matching
{
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
            _caret.Typed(input.Area, 1, input.ReceivedNanos);
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

    // One more glyph than keys to be answered: the newest key took the picture of the one before, as did perhaps many before it. It gets
    // this one instead, and how soon the host answers has to be learned anew.
    private bool IsLeftOver(in PaintedArea area)
    {
        int newest = _count - 1;
        if (!_learns || newest < 0 || !_waiting[newest].IsMatched || !_waiting[newest].IsText || _caret.KeysIn(area.Rectangle) != 1
            || area.ReceivedNanos - _waiting[newest].SentNanos > LeftOverMaxNanos)
        {
            return false;
        }

        Choose(newest, area, _waiting[newest].Margin);
        _caret.Typed(area.Rectangle, 1, area.ReceivedNanos);
        _beliefs[(int)Expectation.Key].Forget();
        Learn(_waiting[newest]);
        return true;
    }

    // Whether this picture, as those before it, is rather the newest key's. How soon the host answers is then learned from the newest ones.
    private void NoticeSlip(in PaintedArea area, int first, int keys, long floorNanos)
    {
        int newest = _count - 1;
        while (newest > first && area.ReceivedNanos - _waiting[newest].SentNanos < floorNanos)
        {
            newest--;
        }

        if (!_learns || keys != 1 || newest != first + 1 || !_waiting[newest].IsFamilyOf(_waiting[first]) || _waiting[first].Expected != Expectation.Key)
        {
            _slip.Clear();
            return;
        }

        if (!_slip.Note(area.ReceivedNanos - _waiting[first].SentNanos, area.ReceivedNanos - _waiting[newest].SentNanos))
        {
            return;
        }

        var belief = _beliefs[(int)Expectation.Key];
        belief.Forget();
        foreach (double nanos in _slip.NewestNanos)
        {
            belief.Learn((long)nanos);
        }

        _slip.Clear();
    }

    // What nothing else explains may show where text goes on: after the newest key, while no key has a picture at the caret.
    private void LookForText(in PaintedArea area, double background, long floorNanos)
    {
        int newest = _count - 1;
        if (!_learns || newest < 0 || _waiting[newest].Expected != Expectation.Key || _waiting[newest].HasPicture || background >= Still)
        {
            return;
        }

        long latency = area.ReceivedNanos - _waiting[newest].SentNanos;
        if (latency >= floorNanos && latency <= _beliefs[(int)Expectation.Key].LongNanos)
        {
            _caret.Suspect(area.Rectangle, _waiting[newest].Id, area.ReceivedNanos);
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
