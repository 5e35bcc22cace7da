using System.Text;

namespace RemoteChain.Gateway.Latency.Keeping;

/// <summary>
/// Reads what <see cref="CompactWriter"/> wrote, from bytes that may be damaged. The first value that cannot be read makes
/// <see cref="Ok"/> false; from then on every value is 0 or empty, so that a reader checks once per group and never reads past the end.
/// </summary>
ref struct CompactReader(ReadOnlySpan<byte> bytes)
{
    static readonly UTF8Encoding s_strict = new(false, throwOnInvalidBytes: true);

    ReadOnlySpan<byte> _rest = bytes;

    /// <summary>False after the first value that could not be read.</summary>
    public bool Ok { get; private set; } = true;

    /// <summary>Whether all was read.</summary>
    public readonly bool AtEnd => _rest.IsEmpty;

    /// <summary>Says that what was read makes no sense.</summary>
    public void Fail()
    {
        Ok = false;
        _rest = default;
    }

    /// <summary>One byte.</summary>
    public byte Byte()
    {
        if (_rest.IsEmpty)
        {
            Fail();
            return 0;
        }
        var value = _rest[0];
        _rest = _rest[1..];
        return value;
    }

    /// <summary>A number without sign.</summary>
    public ulong Unsigned()
    {
        ulong value = 0;
        for (var shift = 0; shift < 64; shift += 7)
        {
            var part = Byte();
            if (!Ok) return 0;
            if (shift == 63 && part > 1) break;
            value |= (ulong)(part & 0x7f) << shift;
            if (part < 0x80) return value;
        }
        Fail();
        return 0;
    }

    /// <summary>A number without sign that is at most <paramref name="max"/>.</summary>
    public int Count(int max)
    {
        var value = Unsigned();
        if (value <= (ulong)max) return (int)value;
        Fail();
        return 0;
    }

    /// <summary>A number with sign.</summary>
    public long Signed()
    {
        var value = Unsigned();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    /// <summary>As many bytes as the length before them says.</summary>
    public ReadOnlySpan<byte> Bytes(int max)
    {
        var length = Count(max);
        if (length > _rest.Length) Fail();
        if (!Ok) return default;
        var bytes = _rest[..length];
        _rest = _rest[length..];
        return bytes;
    }

    /// <summary>UTF-8 with its length.</summary>
    public string Text(int bytesMax)
    {
        var bytes = Bytes(bytesMax);
        try
        {
            return s_strict.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            Fail();
            return "";
        }
    }
}
