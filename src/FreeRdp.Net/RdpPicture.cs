namespace FreeRdp;

/// <summary>The certificate that a host showed.</summary>
/// <param name="Sha256">Of the DER form, 64 lower-case hex digits.</param>
/// <param name="Subject">The subject, as OpenSSL prints it.</param>
public sealed record RdpCertificate(string Sha256, string Subject);

/// <summary>The picture, and what was drawn on. Valid only inside the call that delivers it.</summary>
public readonly ref struct RdpPaint
{
    internal RdpPaint(ReadOnlySpan<byte> pixels, int stride, int width, int height, ReadOnlySpan<RdpRectangle> damage,
        long receivedNanos, long decodedNanos)
    {
        Pixels = pixels;
        Stride = stride;
        Width = width;
        Height = height;
        Damage = damage;
        ReceivedNanos = receivedNanos;
        DecodedNanos = decodedNanos;
    }

    /// <summary>The whole picture, BGRX, <see cref="Stride"/> bytes a row.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Bytes from one row to the next.</summary>
    public int Stride { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>What changed, within the picture. Rectangles may overlap.</summary>
    public ReadOnlySpan<RdpRectangle> Damage { get; }

    /// <summary>CLOCK_MONOTONIC when the first byte of this update could be read.</summary>
    public long ReceivedNanos { get; }

    /// <summary>CLOCK_MONOTONIC when it was decoded.</summary>
    public long DecodedNanos { get; }
}

/// <summary>What the pointer looks like. Valid only inside the call that delivers it.</summary>
public readonly ref struct RdpPointerShape
{
    internal RdpPointerShape(RdpPointerKind kind, ReadOnlySpan<byte> pixels = default, int width = 0, int height = 0, int hotX = 0, int hotY = 0)
    {
        Kind = kind;
        Pixels = pixels;
        Width = width;
        Height = height;
        HotX = hotX;
        HotY = hotY;
    }

    /// <summary>Which of the three kinds.</summary>
    public RdpPointerKind Kind { get; }

    /// <summary>For <see cref="RdpPointerKind.Shape"/>: BGRA, not premultiplied, rows without gaps.</summary>
    public ReadOnlySpan<byte> Pixels { get; }

    /// <summary>Width in pixels.</summary>
    public int Width { get; }

    /// <summary>Height in pixels.</summary>
    public int Height { get; }

    /// <summary>The column that points.</summary>
    public int HotX { get; }

    /// <summary>The row that points.</summary>
    public int HotY { get; }
}

/// <summary>Kinds of pointers (MS-RDPBCGR 2.2.9.1.1.4).</summary>
public enum RdpPointerKind
{
    /// <summary>The user's own arrow.</summary>
    Default,

    /// <summary>None: the host draws one itself, or wants none.</summary>
    Hidden,

    /// <summary>The pixels that come along.</summary>
    Shape,
}

/// <summary>Called on the owning thread for every update that changed the picture.</summary>
public delegate void RdpPaintHandler(in RdpPaint paint);

/// <summary>Called on the owning thread when the pointer looks different.</summary>
public delegate void RdpPointerHandler(in RdpPointerShape shape);
