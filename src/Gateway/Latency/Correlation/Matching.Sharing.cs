namespace RemoteChain.Gateway.Latency.Correlation;

/// <content>Who gets a picture when several inputs may be its reason: the order of inputs, the growth of text, the usual time.</content>
internal sealed partial class Matching
{
    private int OldestCloseTo(int best)
    {
        for (int i = 0; i < best; i++)
        {
            if (IsCandidate(i, best) && _scores[i] >= _scores[best] - Nearly)
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
            if (i != first && IsCandidate(i, first) && _scores[i] >= _scores[first] - Nearly)
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
            if (IsCandidate(i, first) && (proven > count ? IsTogether(i, first) : proven == 0 && SharesAsOlder(i, area)))
            {
                count++;
                Choose(i, area, _scores[i]);
            }
        }

        for (int i = first + 1; i < _count; i++)
        {
            if (_waiting[i].HasPicture && !_waiting[i].IsMatched && _waiting[i].IsFamilyOf(_waiting[first]))
            {
                // It had an earlier picture than this, which an older input now gets: answers keep the order.
                count++;
                Choose(i, area, Math.Max(0, _scores[i]));
                continue;
            }

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

    private bool IsTogether(int older, int first) =>
        _scores[older] >= 0 && _waiting[first].SentNanos - _waiting[older].SentNanos < TogetherNanos;

    private bool SharesAsOlder(int i, in PaintedArea area) => _scores[i] >= Weak
        && _beliefs[(int)_waiting[i].Expected].Density(area.ReceivedNanos - _waiting[i].SentNanos) * FrameSeconds >= ShareMin;

    private double Within(int i, in PaintedArea area) =>
        _beliefs[(int)_waiting[i].Expected].Within(area.ReceivedNanos - _waiting[i].SentNanos);
}
