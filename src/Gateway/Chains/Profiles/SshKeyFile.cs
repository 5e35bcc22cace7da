using System.Text;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>A private key for SSH as <c>ssh-keygen(1)</c> writes it: what can be told of it without its passphrase.</summary>
/// <param name="IsLocked">Whether a passphrase is needed to use it.</param>
public sealed record SshKeyFile(bool IsLocked)
{
    // "openssh-key-v1", a zero byte, the cipher's name with its length before it (OpenSSH, PROTOCOL.key).
    const string OpenSshMagic = "openssh-key-v1\0";
    const int MagicEnd = 15 + sizeof(int);
    const string Head = "-----BEGIN ";
    const string Tail = "PRIVATE KEY-----";

    /// <summary>Reads a file. Never throws for anything the text contains.</summary>
    public static ProfileReading<SshKeyFile> Parse(string text)
    {
        var errors = new List<ProfileRemark>();
        var lines = ProfileText.Lines(text, errors) ?? [];
        var first = Array.FindIndex(lines, line => line.Trim().Length > 0);
        var head = first < 0 ? "" : lines[first].Trim();
        var last = Array.FindLastIndex(lines, line => line.Trim().Length > 0);
        if (errors.Count > 0) return new(null, errors, []);
        if (head.StartsWith("ssh-", StringComparison.Ordinal) || head.StartsWith("ecdsa-", StringComparison.Ordinal)
            || head.StartsWith("sk-", StringComparison.Ordinal))
            return Refused(first, "this is a public key; the private one is the file without .pub");
        if (head.StartsWith("PuTTY-", StringComparison.Ordinal))
            return Refused(first, "this is a key of PuTTY; export it as an OpenSSH key with PuTTYgen");
        if (!head.StartsWith(Head, StringComparison.Ordinal) || !head.EndsWith(Tail, StringComparison.Ordinal))
            return Refused(first, $"a private key begins with `{Head}… {Tail}`");
        if (lines[last].Trim() != head.Replace(Head, "-----END ", StringComparison.Ordinal))
            return Refused(last, "the end of the key is missing; the file is not whole");
        var body = lines[(first + 1)..last];
        return head.Contains("OPENSSH", StringComparison.Ordinal)
            ? OpenSshCipher(string.Concat(body.Select(line => line.Trim()))) is { } cipher
                ? new(new(cipher != "none"), [], [])
                : Refused(first + 1, "what stands here is not an OpenSSH key")
            : new(new(head.Contains("ENCRYPTED", StringComparison.Ordinal)
                || Array.Exists(body, line => line.StartsWith("Proc-Type: 4,ENCRYPTED", StringComparison.Ordinal))), [], []);
    }

    static ProfileReading<SshKeyFile> Refused(int index, string why) => new(null, [new(Math.Max(0, index) + 1, why)], []);

    static string? OpenSshCipher(string base64)
    {
        var bytes = new byte[base64.Length];
        if (!Convert.TryFromBase64String(base64, bytes, out var count) || count < MagicEnd) return null;
        var length = bytes[MagicEnd - 1];
        return Encoding.ASCII.GetString(bytes, 0, OpenSshMagic.Length) == OpenSshMagic && bytes.AsSpan(OpenSshMagic.Length, 3).IndexOfAnyExcept((byte)0) < 0
            && MagicEnd + length <= count ? Encoding.ASCII.GetString(bytes, MagicEnd, length) : null;
    }
}
