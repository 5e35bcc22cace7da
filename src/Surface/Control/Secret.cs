using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Surface.Control;

/// <summary>A password, key or hash on its way to where it is used: never printed, zeroed when disposed of.</summary>
public sealed class Secret : IDisposable
{
    readonly byte[] _bytes;

    /// <summary>Takes the array over: it is zeroed when this is disposed of.</summary>
    public Secret(byte[] bytes) => _bytes = bytes;

    /// <summary>A secret from text. The string itself cannot be zeroed: prefer bytes where there is a choice.</summary>
    public static Secret FromText(string text) => new(Encoding.UTF8.GetBytes(text));

    /// <summary>A secret of no bytes (nothing was given).</summary>
    public static Secret Empty => new([]);

    /// <summary>The bytes; UTF-8 for text. All zero after <see cref="Dispose"/>.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    /// <summary>True when there are no bytes.</summary>
    public bool IsEmpty => _bytes.Length == 0;

    /// <summary>The text, for an interface that takes only strings.</summary>
    public string Reveal() => Encoding.UTF8.GetString(_bytes);

    /// <summary>Stars, whatever it is.</summary>
    public override string ToString() => "***";

    /// <summary>Zeroes the bytes.</summary>
    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);
}
