namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>
/// Says which picture answers which input of one session. Fed by one thread, in the order of time, with inputs as they were sent and areas
/// as they were published; it has no clock but the stamps and <see cref="Advance"/>. Answers come out of <see cref="TryTake"/>, at
/// most <see cref="AnswerWindowNanos"/> and <see cref="GraceNanos"/> after the input. It allocates nothing after it was made.
/// </summary>
public sealed class Correlator
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

    private readonly Queue<SentInput> _waiting = new(WaitingMax);
    private readonly Queue<Answer> _answers = new(AnswersMax);
    private long _floorNanos;

    /// <summary>A correlator for one session.</summary>
    /// <param name="floorNanos">No picture comes sooner after an input than this: the floor of the round trip to the host; 0 when
    /// unknown.</param>
    public Correlator(long floorNanos = 0) => FloorNanos = floorNanos;

    /// <summary>No picture comes sooner after an input than this; may change at any time.</summary>
    public long FloorNanos
    {
        get => _floorNanos;
        set => _floorNanos = Math.Max(0, value);
    }

    /// <summary>What was decided so far.</summary>
    public MatchCounts Counts => default;

    /// <summary>Whether the matches agree with a control that matches nothing.</summary>
    public SurrogateCheck Check() => default;

    /// <summary>An input was written to the host's socket.</summary>
    public void Sent(in SentInput input)
    {
        if (Expectations.Of(input) == Expectation.Nothing)
        {
            Put(new Answer(input.Id, Unmatched.NotExpected));
        }
        else
        {
            _waiting.Enqueue(input);
        }

        while (_waiting.Count > WaitingMax)
        {
            Put(new Answer(_waiting.Dequeue().Id, Unmatched.Crowded));
        }
    }

    /// <summary>The host painted.</summary>
    public void Painted(in PaintedArea area)
    {
        while (_waiting.TryPeek(out var input) && input.SentNanos + _floorNanos <= area.ReceivedNanos)
        {
            _waiting.Dequeue();
            Put(new Answer(input.Id, Unmatched.Not, area.Sequence, 0, 1, area.ReceivedNanos, area.ReceivedNanos));
        }
    }

    /// <summary>It is now <paramref name="nowNanos"/>, and everything that happened before was said. Needed about ten times a second,
    /// so that inputs without a picture get their answer.</summary>
    public void Advance(long nowNanos)
    {
        while (_waiting.TryPeek(out var input) && input.SentNanos + AnswerWindowNanos + GraceNanos <= nowNanos)
        {
            _waiting.Dequeue();
            Put(new Answer(input.Id, Unmatched.NoPicture));
        }
    }

    /// <summary>The connection to the host is another one: what waits is given up, and what was learned about places is forgotten.</summary>
    public void Reset()
    {
        while (_waiting.TryDequeue(out var input))
        {
            Put(new Answer(input.Id, Unmatched.Reset));
        }
    }

    /// <summary>Takes the next decided answer.</summary>
    public bool TryTake(out Answer answer) => _answers.TryDequeue(out answer);

    private void Put(in Answer answer)
    {
        if (_answers.Count == AnswersMax)
        {
            _answers.Dequeue();
        }

        _answers.Enqueue(answer);
    }
}
