using System.Text;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>One key of a keyboard, by its place (scancode set 1).</summary>
/// <param name="Code">Scancode.</param>
/// <param name="IsExtended">Whether it has the prefix E0.</param>
public readonly record struct Key(byte Code, bool IsExtended = false)
{
    private const ushort ExtendedFlag = 0x0100, ReleasedFlag = 0x8000; // KBDFLAGS_EXTENDED, KBDFLAGS_RELEASE

    /// <summary>Goes down.</summary>
    public InputEvent Press => new(InputKind.Scancode, IsExtended ? ExtendedFlag : (ushort)0, Code);

    /// <summary>Comes up.</summary>
    public InputEvent Release => new(InputKind.Scancode, (ushort)(ReleasedFlag | (IsExtended ? ExtendedFlag : 0)), Code);
}

/// <summary>Texts as key presses.</summary>
public static class Keystroke
{
    /// <summary>Most characters of a line: terminals take 4095 bytes at once.</summary>
    public const int LineCharsMax = 4000;

    private static readonly Key s_enter = new(0x1C), s_control = new(0x1D), s_u = new(0x16), s_c = new(0x2E);

    /// <summary>
    /// A text as digits and backslashes, <c>\0ooo</c> a byte of UTF-8, as <c>printf %b</c> of POSIX reads it. Those keys need no Shift, and
    /// neither Caps Lock nor letters that stand elsewhere on another keyboard can change them.
    /// </summary>
    public static byte[] Octal(ReadOnlySpan<byte> text)
    {
        byte[] octal = new byte[text.Length * 5];
        for (int i = 0; i < text.Length; i++)
        {
            var at = octal.AsSpan(i * 5, 5);
            (at[0], at[1]) = ((byte)'\\', (byte)'0');
            (at[2], at[3], at[4]) = ((byte)('0' + (text[i] >> 6)), (byte)('0' + ((text[i] >> 3) & 7)), (byte)('0' + (text[i] & 7)));
        }

        return octal;
    }

    /// <summary>The keys of a line of digits, backslashes and spaces: first what deletes what stands there already, at its end Enter.</summary>
    public static InputEvent[] Line(string word, ReadOnlySpan<byte> text)
    {
        var keys = new InputEvent[(word.Length + 1 + text.Length) * 2 + 7];
        int count = 0;
        // Lock keys off, so that nothing depends on them; Ctrl+U deletes what was typed before.
        keys[count++] = new InputEvent(InputKind.Synchronize, 0);
        keys[count++] = s_control.Press;
        keys[count++] = s_u.Press;
        keys[count++] = s_u.Release;
        keys[count++] = s_control.Release;
        foreach (byte letter in Encoding.ASCII.GetBytes(word + ' '))
        {
            Strike(KeyOf(letter));
        }

        foreach (byte letter in text)
        {
            Strike(KeyOf(letter));
        }

        Strike(s_enter);
        return keys;

        void Strike(Key key)
        {
            keys[count++] = key.Press;
            keys[count++] = key.Release;
        }
    }

    /// <summary>The keys that end the program in a terminal.</summary>
    public static InputEvent[] Interrupt() => [s_control.Press, s_c.Press, s_c.Release, s_control.Release];

    private static Key KeyOf(byte letter) => letter switch
    {
        (byte)'0' => new Key(0x0B),
        >= (byte)'1' and <= (byte)'9' => new Key((byte)(letter - '1' + 2)),
        (byte)'\\' => new Key(0x2B),
        (byte)' ' => new Key(0x39),
        _ => throw new ArgumentOutOfRangeException(nameof(letter), letter, "only digits, backslash and space have keys here"),
    };
}
