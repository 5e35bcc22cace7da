using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// The answers of a desktop that tells them: an emulated machine knows which input its guest had read when it began to draw. Nothing is guessed.
/// Inputs that were read since the frame before are answered by the same picture.
/// </summary>
public sealed class ToldAnswers : IAnswers
{
    private const int FrontShift = 48;

    private readonly Queue<Answer> _decided = new();
    private readonly List<SentInput> _waiting = [];
    private long _expected, _matched, _shared, _noPicture, _overtaken, _givenUp, _silent;
    private long _lastFrameNanos;

    /// <inheritdoc/>
    public MatchCounts Counts => new(_expected, _matched, _shared, _noPicture, 0, 0, _overtaken, _givenUp, _silent, 0, 0, 0, 0);

    /// <inheritdoc/>
    public long FloorNanos { get; set; }

    /// <inheritdoc/>
    public long LateNanos { get; set; }

    /// <inheritdoc/>
    public void Sent(in SentInput input)
    {
        if (Expectations.Of(input) is Expectation.Nothing or Expectation.Hover)
        {
            _silent++;
            Put(new Answer(input.Id, Unmatched.NotExpected));
            return;
        }

        if (_waiting.Count == Correlator.WaitingMax)
        {
            _givenUp++;
            Decide(0, Unmatched.Crowded);
        }

        _waiting.Add(input);
    }

    /// <inheritdoc/>
    public void Painted(in DamageEntry entry)
    {
        long receivedNanos = entry.ReceivedNanos;
        ulong last = entry.LastInputId;
        int number = (int)(last >> FrontShift);
        if (last != 0 && _waiting.Exists(input => (int)(input.Id >> FrontShift) == number && input.Id <= last))
        {
            // Other inputs of that front, which the guest had read before that one.
            var same = _waiting.FindAll(input => (int)(input.Id >> FrontShift) == number && input.Id <= last);
            int shared = same.Count(input => input.Id == last || input.SentNanos > _lastFrameNanos);
            foreach (var input in same)
            {
                bool isAnswered = input.Id == last || input.SentNanos > _lastFrameNanos;
                _expected++;
                _matched += isAnswered ? 1 : 0;
                _shared += isAnswered && shared > 1 ? 1 : 0;
                _overtaken += isAnswered ? 0 : 1;
                _waiting.Remove(input);
                Put(isAnswered
                    ? new Answer(input.Id, Unmatched.Not, entry.Sequence, float.PositiveInfinity, shared, receivedNanos, receivedNanos)
                    : new Answer(input.Id, Unmatched.Overtaken));
            }
        }

        _lastFrameNanos = Math.Max(_lastFrameNanos, entry.DecodedNanos);
    }

    /// <inheritdoc/>
    public void Advance(long nowNanos)
    {
        while (_waiting.Count > 0 && nowNanos - _waiting[0].SentNanos > Correlator.AnswerWindowNanos + Correlator.GraceNanos + LateNanos)
        {
            _expected++;
            _noPicture++;
            Decide(0, Unmatched.NoPicture);
        }
    }

    /// <inheritdoc/>
    public void Reset()
    {
        while (_waiting.Count > 0)
        {
            _givenUp++;
            Decide(0, Unmatched.Reset);
        }
    }

    /// <inheritdoc/>
    public bool TryTake(out Answer answer) => _decided.TryDequeue(out answer);

    private void Decide(int waiting, Unmatched reason)
    {
        ulong id = _waiting[waiting].Id;
        _waiting.RemoveAt(waiting);
        Put(new Answer(id, reason));
    }

    private void Put(in Answer answer)
    {
        if (_decided.Count == Correlator.AnswersMax)
        {
            _decided.Dequeue();
        }

        _decided.Enqueue(answer);
    }
}
