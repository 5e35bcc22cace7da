namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>The bytes that one relay passes on, as a stream: what TLS to the next relay runs over. Blocking only; one reader, one writer.</summary>
public sealed class RelayStream(RelayLink link) : Stream
{
    private readonly byte[] _out = new byte[RelayLink.Headroom + PieceMax];
    private readonly byte[] _rest = new byte[32 * 1024];
    private int _restStart, _restEnd;

    // One TLS record of the relay before, its frame's header included.
    private const int PieceMax = 16384 - FrameHeader.BytesMax;

    /// <inheritdoc/>
    public override bool CanRead => true;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

    /// <inheritdoc/>
    public override int Read(Span<byte> buffer)
    {
        if (_restStart == _restEnd)
        {
            var piece = link.Next();
            if (piece.Length <= buffer.Length)
            {
                piece.CopyTo(buffer);
                return piece.Length;
            }

            piece.CopyTo(_rest);
            (_restStart, _restEnd) = (0, piece.Length);
        }

        var part = _rest.AsSpan(_restStart, Math.Min(buffer.Length, _restEnd - _restStart));
        part.CopyTo(buffer);
        _restStart += part.Length;
        return part.Length;
    }

    /// <inheritdoc/>
    public override void Write(ReadOnlySpan<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var part = buffer[..Math.Min(buffer.Length, PieceMax)];
            part.CopyTo(_out.AsSpan(RelayLink.Headroom));
            link.Write(_out, RelayLink.Headroom, part.Length);
            buffer = buffer[part.Length..];
        }
    }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => Read(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Write(byte[] buffer, int offset, int count) => Write(buffer.AsSpan(offset, count));

    /// <inheritdoc/>
    public override void Flush()
    {
    }

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            link.Dispose();
        }

        base.Dispose(disposing);
    }
}
