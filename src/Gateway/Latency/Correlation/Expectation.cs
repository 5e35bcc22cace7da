using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>What picture, if any, an input lets one expect.</summary>
public enum Expectation : byte
{
    /// <summary>None: releases, modifiers, lock keys, control events.</summary>
    Nothing,

    /// <summary>A key press: a glyph at the caret, a new line, a scrolled page.</summary>
    Key,

    /// <summary>A button press: something at the pointer.</summary>
    Click,

    /// <summary>A wheel step: a large change under the pointer.</summary>
    Wheel,

    /// <summary>A pointer that moves or lets go of a button: usually nothing, sometimes a small change at the pointer. Counted apart,
    /// and matched only when the place says so strongly.</summary>
    Hover,
}

/// <summary>Tells inputs apart by their flags.</summary>
public static class Expectations
{
    private const int KeyRelease = 0x8000, KeyExtended = 0x0100;
    private const int PointerDown = 0x8000, PointerWheels = 0x0200 | 0x0400;

    // Set 1 scancodes that change what other keys mean: shift, control, alt, the locks, the two logo keys.
    private static ReadOnlySpan<byte> Modifiers => [0x2A, 0x36, 0x1D, 0x38, 0x3A, 0x45, 0x46, 0x5B, 0x5C];

    /// <summary>What to expect of this input.</summary>
    public static Expectation Of(in SentInput input) => input.Kind switch
    {
        InputKind.Scancode when (input.Flags & KeyRelease) != 0 || Modifiers.Contains((byte)input.A) => Expectation.Nothing,
        InputKind.Scancode => Expectation.Key,
        InputKind.Unicode => (input.Flags & KeyRelease) != 0 ? Expectation.Nothing : Expectation.Key,
        InputKind.Mouse when (input.Flags & PointerWheels) != 0 => Expectation.Wheel,
        InputKind.Mouse or InputKind.ExtendedMouse => (input.Flags & PointerDown) != 0 ? Expectation.Click : Expectation.Hover,
        _ => Expectation.Nothing,
    };

    /// <summary>Whether a key press is one that puts a glyph where the caret is, as far as its code tells on most keyboards.</summary>
    public static bool IsText(in SentInput input) => input.Kind switch
    {
        InputKind.Unicode => input.A >= ' ',
        InputKind.Scancode => (input.Flags & KeyExtended) == 0
            && input.A is (>= 0x02 and <= 0x0D) or (>= 0x10 and <= 0x1B) or (>= 0x1E and <= 0x29) or (>= 0x2B and <= 0x35) or 0x39,
        _ => false,
    };
}
