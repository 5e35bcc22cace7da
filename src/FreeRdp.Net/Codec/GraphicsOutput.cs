using FreeRdp.Channels.Server;

namespace FreeRdp.Codec;

/// <summary>
/// Pictures through the graphics pipeline. Each tile gets what suits it: one colour → a fill; text and user interface → planar, exact and
/// fast; photographic → progressive, and exactly again later when there is time (<see cref="Refine"/>).
/// </summary>
internal sealed class GraphicsOutput(GraphicsChannel channel) : IPictureOutput
{
    /// <summary>Damage up to this size is not looked at tile by tile: a key's echo, a caret, a button.</summary>
    private const int SmallPixelsMax = PlanarEncoder.PixelsMax;

    /// <summary>Photographic tiles that are few are sent exactly at once: planar is faster, and small anyway.</summary>
    private const int FewTiles = 2;

    /// <summary>Most tiles that one refining frame sends.</summary>
    public const int RefineTilesMax = 16;

    /// <summary>A progressive frame of more tiles than this leaves big buffers behind, which are given back.</summary>
    private const int KeptTilesMax = 64;

    private readonly PlanarEncoder _planar = new(topDown: true);
    private readonly ProgressiveEncoder _progressive = new();
    private readonly List<RdpRectangle> _photographic = [];
    private bool[] _lossy = [];
    private int _lossyCount;
    private int _lossyNext;
    private int _tilesPerRow;
    private RdpRectangle _run;
    private TileClass _runClass;
    private uint _runColour;

    public string Name => "gfx-progressive";

    public bool Acknowledges => true;

    public bool AcknowledgesAreOptional => false;

    /// <summary>Some tiles at the client are not exact.</summary>
    public bool HasLossyTiles => _lossyCount > 0;

    /// <summary>Gives the client a new surface; a full picture has to follow.</summary>
    public void SetSize(int width, int height)
    {
        _tilesPerRow = (width + Tiles.Side - 1) / Tiles.Side;
        _lossy = new bool[_tilesPerRow * ((height + Tiles.Side - 1) / Tiles.Side)];
        (_lossyCount, _lossyNext) = (0, 0);
        channel.SetSurface(width, height);
    }

    public int Send(in PictureView picture, ReadOnlySpan<RdpRectangle> damage, uint frame)
    {
        var message = channel.Message;
        message.Clear();
        message.StartFrame(frame);
        var empty = message.Length;
        _photographic.Clear();
        foreach (var rectangle in damage)
        {
            var inside = picture.Bounds.Intersect(rectangle);
            if (inside.IsEmpty) continue;
            if (inside.Area <= SmallPixelsMax)
                Emit(picture, inside, Tiles.IsSolid(picture, inside) ? TileClass.Solid : TileClass.Flat);
            else
                SendTiles(picture, inside);
        }

        if (_photographic.Count > 0) SendPhotographic(picture);
        if (message.Length == empty) return 0;
        message.EndFrame(frame);
        var bytes = message.Length;
        channel.Send();
        return bytes;
    }

    /// <summary>Sends up to <paramref name="tiles"/> of the lossy tiles exactly.</summary>
    public int Refine(in PictureView picture, int tiles, uint frame)
    {
        var message = channel.Message;
        message.Clear();
        message.StartFrame(frame);
        for (int sent = 0, looked = 0; sent < tiles && looked < _lossy.Length && _lossyCount > 0; looked++)
        {
            _lossyNext = (_lossyNext + 1) % _lossy.Length;
            if (!_lossy[_lossyNext]) continue;
            var tile = picture.Bounds.Intersect(
                new(_lossyNext % _tilesPerRow * Tiles.Side, _lossyNext / _tilesPerRow * Tiles.Side, Tiles.Side, Tiles.Side));
            Emit(picture, tile, TileClass.Flat);
            SetLossy(_lossyNext, false);
            sent++;
        }

        message.EndFrame(frame);
        var bytes = message.Length;
        channel.Send();
        return bytes;
    }

    /// <summary>Gives the encoder's buffers back.</summary>
    public void ReleaseBuffers() => _progressive.Release();

    public void Dispose() => _progressive.Dispose();

    /// <summary>Goes over the tiles of a big rectangle and joins neighbours of a kind.</summary>
    private void SendTiles(in PictureView picture, RdpRectangle rectangle)
    {
        for (var top = rectangle.Y & ~(Tiles.Side - 1); top < rectangle.Bottom; top += Tiles.Side)
        {
            _run = default;
            for (var left = rectangle.X & ~(Tiles.Side - 1); left < rectangle.Right; left += Tiles.Side)
            {
                var whole = new RdpRectangle(left, top, Tiles.Side, Tiles.Side);
                var tile = whole.Intersect(rectangle);
                var kind = Tiles.Classify(picture, tile);
                var colour = kind == TileClass.Solid ? Tiles.Colour(picture, tile) : 0;
                var joins = !_run.IsEmpty && kind == _runClass && colour == _runColour && tile.X == _run.Right && tile.Height == _run.Height
                    && (kind == TileClass.Solid || _run.Width + tile.Width <= PlanarEncoder.WidthMax);
                if (joins)
                {
                    _run = _run with { Width = _run.Width + tile.Width };
                    continue;
                }

                EmitRun(picture);
                (_run, _runClass, _runColour) = (tile, kind, colour);
            }

            EmitRun(picture);
        }
    }

    private void EmitRun(in PictureView picture)
    {
        if (_run.IsEmpty) return;
        if (_runClass == TileClass.Photographic) _photographic.Add(_run);
        else Emit(picture, _run, _runClass);
        _run = default;
    }

    private void SendPhotographic(in PictureView picture)
    {
        var tiles = 0L;
        foreach (var rectangle in _photographic) tiles += (rectangle.Area + (Tiles.Side * Tiles.Side) - 1) / (Tiles.Side * Tiles.Side);
        if (tiles <= FewTiles)
        {
            foreach (var rectangle in _photographic) Emit(picture, rectangle, TileClass.Flat);
            return;
        }

        var rectangles = System.Runtime.InteropServices.CollectionsMarshal.AsSpan(_photographic);
        channel.Message.WireToSurface2(channel.Surface, GraphicsMessage.CodecProgressive, _progressive.Encode(picture, rectangles));
        foreach (var rectangle in rectangles) MarkLossy(rectangle, lossy: true);
        if (tiles > KeptTilesMax) _progressive.Release();
    }

    private void Emit(in PictureView picture, RdpRectangle rectangle, TileClass kind)
    {
        MarkLossy(rectangle, lossy: false);
        if (kind == TileClass.Solid)
        {
            channel.Message.SolidFill(channel.Surface, rectangle, Tiles.Colour(picture, rectangle));
            return;
        }

        for (var x = rectangle.X; x < rectangle.Right; x += PlanarEncoder.WidthMax)
        {
            var width = Math.Min(PlanarEncoder.WidthMax, rectangle.Right - x);
            var rows = PlanarEncoder.PixelsMax / width;
            for (var y = rectangle.Y; y < rectangle.Bottom; y += rows)
            {
                var piece = new RdpRectangle(x, y, width, Math.Min(rows, rectangle.Bottom - y));
                channel.Message.WireToSurface1(channel.Surface, GraphicsMessage.CodecPlanar, piece, _planar.Encode(picture, piece));
            }
        }
    }

    /// <summary>Marks the tiles that a rectangle touches as lossy, or those that it covers as exact.</summary>
    private void MarkLossy(RdpRectangle rectangle, bool lossy)
    {
        if (!lossy && _lossyCount == 0) return;
        for (var y = rectangle.Y / Tiles.Side; y * Tiles.Side < rectangle.Bottom; y++)
        {
            for (var x = rectangle.X / Tiles.Side; x * Tiles.Side < rectangle.Right; x++)
            {
                var covered = rectangle.X <= x * Tiles.Side && rectangle.Y <= y * Tiles.Side
                    && rectangle.Right >= (x + 1) * Tiles.Side && rectangle.Bottom >= (y + 1) * Tiles.Side;
                if (lossy || covered) SetLossy((y * _tilesPerRow) + x, lossy);
            }
        }
    }

    private void SetLossy(int tile, bool lossy)
    {
        if ((uint)tile >= (uint)_lossy.Length || _lossy[tile] == lossy) return;
        _lossy[tile] = lossy;
        _lossyCount += lossy ? 1 : -1;
    }
}
