namespace RemoteChain.Machines;

/// <summary>Which key of a US keyboard gives which character (scan code set 1).</summary>
static class UsKeyboard
{
    /// <summary>The left shift key.</summary>
    internal const byte Shift = 0x2A;

    const string Plain = "\u001b1234567890-=\b\tqwertyuiop[]\n\0asdfghjkl;'`\0\\zxcvbnm,./\0*\0 ";
    const string Shifted = "\u001b!@#$%^&*()_+\b\tQWERTYUIOP{}\n\0ASDFGHJKL:\"~\0|ZXCVBNM<>?\0*\0 ";

    /// <summary>The key, and whether shift goes with it; null when there is none.</summary>
    internal static (byte Code, bool Shifted)? KeyOf(char letter)
    {
        if (letter == '\r') letter = '\n';
        if (letter == '\0') return null;
        var at = Plain.IndexOf(letter, StringComparison.Ordinal);
        if (at >= 0) return ((byte)(at + 1), false);
        at = Shifted.IndexOf(letter, StringComparison.Ordinal);
        return at >= 0 ? ((byte)(at + 1), true) : null;
    }
}
