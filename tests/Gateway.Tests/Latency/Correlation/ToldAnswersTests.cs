using RemoteChain.Gateway.Latency.Correlation;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

public sealed class ToldAnswersTests
{
    const ulong First = 1ul << 48;
    const long Millisecond = 1_000_000;

    readonly ToldAnswers _answers = new();
    ulong _sequence;

    void Press(ulong number, long millis, ushort flags = 0) =>
        _answers.Sent(new(First | number, InputKind.Scancode, flags, 30, 0, millis * Millisecond));

    ulong Frame(ulong number, long millis)
    {
        var at = millis * Millisecond;
        _answers.Painted(new(++_sequence, new(0, 0, 8, 8), 1, number == 0 ? 0 : First | number, at, at, at));
        return _sequence;
    }

    string Decided()
    {
        List<string> all = [];
        while (_answers.TryTake(out var answer))
            all.Add(answer.IsMatch ? $"{answer.InputId - First}→{answer.DamageSequence}/{answer.SharedPicture}" : $"{answer.InputId - First}:{answer.Reason}");
        return string.Join(' ', all);
    }

    [Fact]
    public void Painted_NamesAnInput_IsItsAnswer()
    {
        Press(1, 10);
        Frame(0, 11);
        Frame(1, 12);
        Assert.Equal("1→2/1", Decided());
        Assert.Equal((1L, 1L), (_answers.Counts.Expected, _answers.Counts.Matched));
    }

    [Fact]
    public void Painted_TwoReadBeforeOneFrame_Share()
    {
        Press(1, 10);
        Press(2, 11);
        Frame(2, 12);
        Assert.Equal("1→1/2 2→1/2", Decided());
    }

    [Fact]
    public void Painted_AFrameBetween_TheEarlierWasOvertaken()
    {
        Press(1, 10);
        Frame(0, 11);
        Press(2, 12);
        Frame(2, 13);
        Assert.Equal("1:Overtaken 2→2/1", Decided());
    }

    [Fact]
    public void Advance_NothingPainted_HasNoPicture()
    {
        Press(1, 10);
        Press(2, 10, 0x8000);
        _answers.Advance(3000 * Millisecond);
        Assert.Equal("2:NotExpected 1:NoPicture", Decided());
    }
}
