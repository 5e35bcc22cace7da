using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Tunnels;

/// <summary>A text with keys in it, put together in memory that is zeroed afterwards: strings cannot be.</summary>
sealed class SecretText : IDisposable
{
    byte[] _bytes = new byte[1024];
    int _length;

    /// <summary>What was put together so far, in UTF-8.</summary>
    internal ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    internal SecretText Add(string text)
    {
        var room = Room(Encoding.UTF8.GetMaxByteCount(text.Length));
        _length += Encoding.UTF8.GetBytes(text, room);
        return this;
    }

    internal SecretText Add(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        _length += bytes.Length;
        return this;
    }

    /// <summary>Two lower-case digits a byte.</summary>
    internal SecretText AddHex(ReadOnlySpan<byte> bytes)
    {
        Convert.TryToHexStringLower(bytes, Room(2 * bytes.Length), out var written);
        _length += written;
        return this;
    }

    /// <summary>Base64, as configuration files have keys.</summary>
    internal SecretText AddBase64(ReadOnlySpan<byte> bytes)
    {
        System.Buffers.Text.Base64.EncodeToUtf8(bytes, Room(System.Buffers.Text.Base64.GetMaxEncodedToUtf8Length(bytes.Length)), out _, out var written);
        _length += written;
        return this;
    }

    public void Dispose() => CryptographicOperations.ZeroMemory(_bytes);

    Span<byte> Room(int count)
    {
        if (_bytes.Length - _length < count)
        {
            var larger = new byte[Math.Max(2 * _bytes.Length, _length + count)];
            Bytes.CopyTo(larger);
            CryptographicOperations.ZeroMemory(_bytes);
            _bytes = larger;
        }

        return _bytes.AsSpan(_length);
    }
}
