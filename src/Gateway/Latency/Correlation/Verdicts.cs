namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>The decided answers until they are taken, and how many there were of each kind.</summary>
internal sealed class Verdicts
{
    private readonly Answer[] _ring;
    private readonly long[] _reasons = new long[(int)Unmatched.Reset + 1];
    private readonly double[] _latencies = new double[LatencyBins.Count];
    private long _written, _taken;
    private long _shared, _hovers, _hoversMatched, _silent;

    /// <summary>Keeps this many answers; 0 = only counts.</summary>
    internal Verdicts(int answersMax) => _ring = new Answer[answersMax];

    /// <summary>Expected inputs whose answer is decided.</summary>
    internal long Expected => _reasons.Sum();

    /// <summary>Those with a picture.</summary>
    internal long Matched => _reasons[(int)Unmatched.Not];

    /// <summary>Latencies of the matched expected inputs, by <see cref="LatencyBins"/>.</summary>
    internal double[] Latencies => _latencies;

    /// <summary>An input of which nothing was expected.</summary>
    internal void Silent(ulong inputId)
    {
        _silent++;
        Put(new Answer(inputId, Unmatched.NotExpected));
    }

    /// <summary>An input's answer.</summary>
    internal void Decided(in WaitingInput input, Unmatched reason)
    {
        bool isMatch = reason == Unmatched.Not;
        if (input.Expected == Expectation.Hover)
        {
            _hovers++;
            _hoversMatched += isMatch ? 1 : 0;
        }
        else
        {
            _reasons[(int)reason]++;
            _shared += isMatch && input.Shared > 1 ? 1 : 0;
            if (isMatch)
            {
                _latencies[LatencyBins.Of(input.LatencyNanos)]++;
            }
        }

        Put(isMatch
            ? new Answer(
                input.Id, reason, input.Sequence, (float)input.Lead, input.Shared, input.ReceivedNanos,
                Math.Max(input.ReceivedNanos, input.SettledNanos))
            : new Answer(input.Id, reason));
    }

    /// <summary>The oldest answer that was not taken.</summary>
    internal bool TryTake(out Answer answer)
    {
        if (_taken == _written)
        {
            answer = default;
            return false;
        }

        answer = _ring[_taken++ % _ring.Length];
        return true;
    }

    /// <summary>Everything counted, with the surrogates' part from another.</summary>
    internal MatchCounts Count(Verdicts surrogates) => new(
        Expected, Matched, _shared, _reasons[(int)Unmatched.NoPicture], _reasons[(int)Unmatched.Background],
        _reasons[(int)Unmatched.Ambiguous], _reasons[(int)Unmatched.Overtaken],
        _reasons[(int)Unmatched.Crowded] + _reasons[(int)Unmatched.Reset], _silent, _hovers, _hoversMatched,
        surrogates.Expected, surrogates.Matched);

    private void Put(in Answer answer)
    {
        if (_ring.Length == 0)
        {
            return;
        }

        _ring[_written++ % _ring.Length] = answer;
        _taken = Math.Max(_taken, _written - _ring.Length);
    }
}
