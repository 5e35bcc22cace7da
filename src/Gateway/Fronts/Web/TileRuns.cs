using System.Runtime.InteropServices;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>Neighbouring tiles that are told as one.</summary>
/// <param name="Look">What they look like.</param>
/// <param name="Rectangle">All of them.</param>
/// <param name="Colour">Their colour when they are solid.</param>
public readonly record struct TileRun(TileLook Look, SurfaceRectangle Rectangle, uint Colour);

/// <summary>
/// Joins neighbours of the same look: one message, one file, one call of the browser for all of them. Drawings and colours along a row of
/// tiles, photographs also from row to row.
/// </summary>
public sealed class TileRuns
{
    /// <summary>Drawings are joined when that makes them at most a quarter larger.</summary>
    private const long SlackNumerator = 5, SlackDenominator = 4;

    // Bounded by the tiles of the largest picture.
    private readonly List<SurfaceRectangle> _photographs = [];
    private TileRun _run;
    private bool _hasRun;

    /// <summary>The photographs so far; write them and call <see cref="Clear"/>.</summary>
    public ReadOnlySpan<SurfaceRectangle> Photographs => CollectionsMarshal.AsSpan(_photographs);

    /// <summary>Adds a tile.</summary>
    /// <returns>True when <paramref name="done"/> is complete and has to be written.</returns>
    public bool Add(TileLook look, SurfaceRectangle tile, uint colour, out TileRun done)
    {
        done = _run;
        if (_hasRun && _run.Look == look && Continues(tile, colour))
        {
            _run = _run with { Rectangle = _run.Rectangle.Union(tile) };
            return false;
        }

        bool mustWrite = End();
        _run = new TileRun(look, tile, colour);
        _hasRun = true;
        return mustWrite;
    }

    /// <summary>The row of tiles has ended.</summary>
    /// <returns>True when <paramref name="done"/> is complete and has to be written.</returns>
    public bool EndRow(out TileRun done)
    {
        done = _run;
        return End();
    }

    /// <summary>Forgets everything.</summary>
    public void Clear()
    {
        _photographs.Clear();
        _hasRun = false;
    }

    private bool Continues(SurfaceRectangle tile, uint colour)
    {
        var run = _run.Rectangle;
        if (tile.X != run.Right)
        {
            return false;
        }

        return _run.Look == TileLook.Drawing
            ? run.Union(tile).Area * SlackDenominator <= (run.Area + tile.Area) * SlackNumerator
            : tile.Y == run.Y && tile.Height == run.Height && (_run.Look != TileLook.Solid || _run.Colour == colour);
    }

    /// <summary>Ends the run. True when it has to be written now, and is not a photograph that waits for its neighbours below.</summary>
    private bool End()
    {
        bool hadRun = _hasRun;
        _hasRun = false;
        if (!hadRun || _run.Look != TileLook.Photograph)
        {
            return hadRun;
        }

        var rectangle = _run.Rectangle;
        foreach (ref var above in CollectionsMarshal.AsSpan(_photographs))
        {
            if (above.Bottom == rectangle.Y && above.X == rectangle.X && above.Width == rectangle.Width)
            {
                above = above with { Height = above.Height + rectangle.Height };
                return false;
            }
        }

        _photographs.Add(rectangle);
        return false;
    }
}
