using FreeRdp.Native;

namespace FreeRdp.Codec;

/// <summary>Pictures as bitmap updates (MS-RDPBCGR 2.2.9.1.1.3.1.2), which every client takes: planar for 32 bits per pixel, else interleaved.</summary>
internal sealed unsafe class BitmapOutput : IPictureOutput
{
    /// <summary>Bitmaps start and end at multiples of this.</summary>
    private const int Grid = 4;

    /// <summary>Bytes of one update: small enough for one fast-path packet, so that no client has to put fragments together.</summary>
    private const int UpdateBytesMax = 14 * 1024;

    /// <summary>Header of one bitmap in an update.</summary>
    private const int BitmapHeaderBytes = 26;

    private readonly RdpPeer _peer;
    private readonly int _bitsPerPixel;
    private readonly PlanarEncoder? _planar;
    private readonly InterleavedEncoder? _interleaved;
    private readonly byte[] _update = new byte[Tiles.Side * Tiles.Side * 4];
    private readonly byte[] _padded = new byte[Tiles.Side * Tiles.Side * 4];

    public BitmapOutput(RdpPeer peer)
    {
        _peer = peer;
        var settings = peer.Settings;
        _bitsPerPixel = (int)settings[UInt32Setting.ColorDepth];
        if (_bitsPerPixel == 32 && settings[BoolSetting.DrawAllowSkipAlpha]) _planar = new PlanarEncoder(topDown: false);
        else _interleaved = new InterleavedEncoder();
    }

    public string Name => "bitmap";

    public bool Acknowledges => false;

    public bool AcknowledgesAreOptional => true;

    public int Send(in PictureView picture, ReadOnlySpan<RdpRectangle> damage, uint frame)
    {
        var bytes = 0;
        foreach (var rectangle in damage)
        {
            var inside = picture.Bounds.Intersect(rectangle);
            if (inside.IsEmpty) continue;
            // Aligned outwards; what then lies outside of the desktop is cut off by the client.
            var (left, top) = (inside.X & ~(Grid - 1), inside.Y & ~(Grid - 1));
            for (var y = top; y < inside.Bottom; y += Tiles.Side)
            {
                for (var x = left; x < inside.Right; x += Tiles.Side)
                {
                    var width = Math.Min(Tiles.Side, Align(inside.Right - x));
                    var height = Math.Min(Tiles.Side, inside.Bottom - y);
                    bytes += SendTile(picture, new RdpRectangle(x, y, width, height));
                }
            }
        }

        return bytes;
    }

    public void Dispose() => _interleaved?.Dispose();

    private static int Align(int side) => (side + Grid - 1) & ~(Grid - 1);

    private int SendTile(in PictureView picture, RdpRectangle tile)
    {
        var inside = picture.Bounds.Intersect(tile);
        if (inside == tile) return EncodeAndSend(picture, tile, tile);
        // The desktop's width is no multiple of four: the columns beyond it are filled with the last pixel.
        fixed (byte* padded = _padded)
        {
            for (var y = 0; y < tile.Height; y++)
            {
                // SAFETY: reads only columns inside the picture, writes only inside the buffer of 64 × 64 pixels.
                var from = (uint*)picture.At(inside with { Y = Math.Min(inside.Y + y, inside.Bottom - 1) });
                var to = (uint*)padded + (y * tile.Width);
                for (var x = 0; x < tile.Width; x++) to[x] = from[Math.Min(x, inside.Width - 1)];
            }

            var copy = new PictureView(padded, tile.Width, tile.Height, tile.Width * 4);
            return EncodeAndSend(copy, copy.Bounds, tile);
        }
    }

    private int EncodeAndSend(in PictureView picture, RdpRectangle source, RdpRectangle tile)
    {
        var encoded = _planar is not null ? _planar.Encode(picture, source) : _interleaved!.Encode(picture, source, _bitsPerPixel);
        var limit = Math.Min(UpdateBytesMax, (int)Math.Min(_peer.Settings[UInt32Setting.MultifragMaxRequestSize], int.MaxValue) - 64);
        if ((encoded.IsEmpty || encoded.Length > limit) && source.Height > 1)
        {
            // Did not get small enough: halves do.
            var upper = source.Height / 2;
            return EncodeAndSend(picture, source with { Height = upper }, tile with { Height = upper })
                + EncodeAndSend(picture, source with { Y = source.Y + upper, Height = source.Height - upper },
                    tile with { Y = tile.Y + upper, Height = tile.Height - upper });
        }

        if (encoded.IsEmpty) return 0;
        encoded.CopyTo(_update);
        var bytesPerPixel = (uint)(_bitsPerPixel + 7) / 8;
        fixed (byte* data = _update)
        {
            var bitmap = new BITMAP_DATA
            {
                destLeft = (uint)tile.X,
                destTop = (uint)tile.Y,
                destRight = (uint)tile.Right - 1,
                destBottom = (uint)tile.Bottom - 1,
                width = (uint)tile.Width,
                height = (uint)tile.Height,
                bitsPerPixel = (uint)_bitsPerPixel,
                compressed = true,
                bitmapDataStream = data,
                bitmapLength = (uint)encoded.Length,
                cbCompMainBodySize = (uint)encoded.Length,
                cbScanWidth = (uint)tile.Width * bytesPerPixel,
                cbUncompressedSize = (uint)tile.Width * (uint)tile.Height * bytesPerPixel,
            };
            var update = new BITMAP_UPDATE { number = 1, rectangles = &bitmap, skipCompression = true };
            var context = _peer.Context;
            // SAFETY: libfreerdp's own function; it copies the update before it returns.
            context->update->BitmapUpdate(context, &update);
        }

        return encoded.Length + BitmapHeaderBytes;
    }
}
