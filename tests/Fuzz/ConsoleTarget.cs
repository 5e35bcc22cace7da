using RemoteChain.Gateway.Machines;

namespace RemoteChain.Fuzz;

/// <summary>What a guest sends on its serial port, as a page shows it: whatever it was, only printable lines are left.</summary>
sealed class ConsoleTarget() : FuzzTarget("console", "what a machine sends on its serial port, made readable")
{
    long _shown, _shortened;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
        [.. new[] { "login: root\r\n\u001b[1;32mok\u001b[0m\r\n", " 10%\r 20%\r100%\n", "\u001b]0;title\u0007a\bb\u001b(B\u001b7", "\u001bPq;x\u001b\\tail\u001b[" }
            .Select(text => text.Select(c => (byte)c).ToArray())];

    internal override string Reached => $"{_shown} shown, {_shortened} shortened";

    internal override void Feed(byte[] input)
    {
        var sent = string.Concat(input.Select(b => (char)b));
        var plain = ConsoleText.Plain(sent);
        if (plain.Length > sent.Length || plain.Any(c => char.IsControl(c) && c is not ('\n' or '\t'))) throw new InvalidOperationException($"not plain: {plain}");
        _shown++;
        if (plain.Length < sent.Length) _shortened++;
    }
}
