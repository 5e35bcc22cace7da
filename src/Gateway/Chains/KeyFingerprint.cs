namespace RemoteChain.Gateway.Chains;

/// <summary>The SHA-256 of a public key, written as OpenSSH writes it: <c>SHA256:</c> and base64 without its padding.</summary>
/// <param name="Sha256">Lower case hex.</param>
public readonly record struct KeyFingerprint(string Sha256)
{
    /// <summary>What <see cref="TryParse"/> expects, in words.</summary>
    public const string Expected = "a fingerprint such as ssh-keygen -lf prints, SHA256: and 43 characters";

    const string Prefix = "SHA256:";
    const int Base64Chars = 43;
    const int HashBytes = 32;

    /// <summary>Reads <c>SHA256:CiRFadpVP9bBzLtJVzzuBmKG1xo5bJVoqnBdJTTy0mU</c>.</summary>
    public static bool TryParse(string text, out KeyFingerprint fingerprint)
    {
        fingerprint = default;
        Span<byte> hash = stackalloc byte[HashBytes];
        if (!text.StartsWith(Prefix, StringComparison.Ordinal) || text.Length != Prefix.Length + Base64Chars
            || !Convert.TryFromBase64String($"{text[Prefix.Length..]}=", hash, out var length) || length != HashBytes) return false;
        fingerprint = new(Convert.ToHexStringLower(hash));
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Prefix + Convert.ToBase64String(Convert.FromHexString(Sha256)).TrimEnd('=');
}
