using System.Collections.Concurrent;
using System.Security.Cryptography;

namespace RemoteChain.Emulator;

/// <summary>What kind of thing came in from outside.</summary>
public enum InputKind
{
    /// <summary>A byte at the first serial port.</summary>
    Serial,

    /// <summary>A byte of scan code set 1 of the keyboard: of E0 1C, two inputs.</summary>
    Key,

    /// <summary>The pointer is at a place: value from the left, second from above, 0 to 65535 over the whole screen.</summary>
    PointerTo,

    /// <summary>The pointer moved: value to the right, second downwards.</summary>
    PointerBy,

    /// <summary>Buttons that are down now: bit 0 left, 1 right, 2 middle, 3 and 4 on the side.</summary>
    Buttons,

    /// <summary>The wheel turned: steps towards the user.</summary>
    Wheel,

    /// <summary>A frame of the network.</summary>
    Frame,

    /// <summary>Random bytes that the guest asked for; nobody posts them.</summary>
    Entropy,
}

/// <summary>Something from outside, with the instruction count at which the guest got it.</summary>
/// <param name="Count">The count.</param>
/// <param name="Kind">Where it went.</param>
/// <param name="Value">See <see cref="InputKind"/>.</param>
/// <param name="Second">See <see cref="InputKind"/>.</param>
/// <param name="Id">How stamps name it (<see cref="GuestStamps"/>); 0 = not at all. The guest never sees it.</param>
/// <param name="Bytes">A frame, or random bytes.</param>
public readonly record struct GuestInput(long Count, InputKind Kind, int Value, int Second = 0, ulong Id = 0,
    ReadOnlyMemory<byte> Bytes = default);

/// <summary>The one way from outside into a guest. Live, any thread posts and the machine takes it at its next stop, where it gets its count; the
/// list of what was taken, replayed into an equal machine, gives the same states.</summary>
public sealed class InputGate
{
    /// <summary>Inputs that may wait; more are refused.</summary>
    public const int WaitingMax = 4096;

    /// <summary>Inputs that a recording keeps; behind them it is incomplete and says so.</summary>
    public const int RecordedMax = 1 << 20;

    /// <summary>Bytes of frames that a recording keeps; likewise.</summary>
    public const long RecordedBytesMax = 64 << 20;

    /// <summary>The longest frame of a network card without offloads.</summary>
    public const int FrameBytesMax = 1514;

    readonly ConcurrentQueue<GuestInput> _waiting = new();
    readonly List<GuestInput> _recorded = [];
    readonly IReadOnlyList<GuestInput>? _replayed;
    long _recordedBytes;
    int _next;

    /// <summary>A gate that takes what is posted.</summary>
    public InputGate()
    {
    }

    /// <summary>A gate that gives what was recorded and refuses everything else.</summary>
    /// <param name="recording">In the order of their counts.</param>
    public InputGate(IReadOnlyList<GuestInput> recording) => _replayed = recording;

    /// <summary>Everything that went through, in order.</summary>
    public IReadOnlyList<GuestInput> Recorded => _recorded;

    /// <summary>False once more went through than is kept.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>Something was posted that the machine has not taken.</summary>
    public bool IsWaiting => !_waiting.IsEmpty;

    /// <summary>Offers an input; any thread.</summary>
    /// <returns>False when too many wait or a recording is replayed.</returns>
    public bool TryPost(InputKind kind, int value, int second = 0, ulong id = 0)
    {
        if (_replayed is not null || _waiting.Count >= WaitingMax) return false;
        _waiting.Enqueue(new(0, kind, value, second, id));
        return true;
    }

    /// <summary>Offers a frame of the network; any thread.</summary>
    /// <param name="frame">The gate keeps it; the caller does not change it any more.</param>
    /// <returns>False when too many inputs wait, a recording is replayed, or the frame is longer than <see cref="FrameBytesMax"/>.</returns>
    public bool TryPostFrame(ReadOnlyMemory<byte> frame)
    {
        if (_replayed is not null || _waiting.Count >= WaitingMax || frame.Length > FrameBytesMax) return false;
        _waiting.Enqueue(new(0, InputKind.Frame, 0, Bytes: frame));
        return true;
    }

    /// <summary>Random bytes for the guest, at a count at which the machine stands between two slices.</summary>
    /// <exception cref="InvalidOperationException">A recording is replayed that has none here: it belongs to another machine.</exception>
    internal ReadOnlyMemory<byte> TakeEntropy(long now, int bytes)
    {
        if (_replayed is not null)
        {
            if (_next >= _replayed.Count || _replayed[_next] is not { Kind: InputKind.Entropy } next || next.Count != now || next.Bytes.Length != bytes)
                throw new InvalidOperationException($"The recording has no random bytes at {now}.");
            _next++;
            return next.Bytes;
        }
        GuestInput taken = new(now, InputKind.Entropy, 0, Bytes: RandomNumberGenerator.GetBytes(bytes));
        Keep(taken);
        return taken.Bytes;
    }

    /// <summary>The count at which a replay has its next input.</summary>
    internal long Due => _replayed is not null && _next < _replayed.Count && _replayed[_next].Kind != InputKind.Entropy
        ? _replayed[_next].Count : long.MaxValue;

    /// <summary>What the guest gets at this count; called until it says no.</summary>
    internal bool TryTake(long now, out GuestInput input)
    {
        input = default;
        if (_replayed is not null)
        {
            if (_next >= _replayed.Count || _replayed[_next].Count > now || _replayed[_next].Kind == InputKind.Entropy) return false;
            input = _replayed[_next++];
            return true;
        }
        if (!_waiting.TryDequeue(out input)) return false;
        input = input with { Count = now };
        Keep(input);
        return true;
    }

    void Keep(GuestInput input)
    {
        // What is behind a gap could not be replayed, so nothing is kept there.
        IsComplete &= _recorded.Count < RecordedMax && (_recordedBytes += input.Bytes.Length) <= RecordedBytesMax;
        if (IsComplete) _recorded.Add(input);
    }
}
