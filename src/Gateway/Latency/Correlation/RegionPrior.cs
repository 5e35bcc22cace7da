using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>Where an area lies, seen from an input.</summary>
internal enum Place : byte
{
    /// <summary>Nowhere near.</summary>
    Elsewhere,

    /// <summary>Where a consequence may well be: the line of the caret, a page that holds it, what is under the pointer.</summary>
    Plausible,

    /// <summary>Where the first consequence is looked for: at the caret, at the pointer, a large change under the wheel.</summary>
    Likely,
}

/// <summary>How likely the answer to an input is painted in an area like this one: probability per octave of size.</summary>
internal static class RegionPrior
{
    // Shares of answers by place, over the octaves of size that such answers have. The rest of the screen is worth 200 small places
    // or 20 large ones.
    private const double SmallPlaces = 200, LargePlaces = 20;
    // Glyphs of one text are within half an octave of size.
    private const double GlyphSizes = 2;
    private const int LargeAreaMin = 8192, PointerReach = 48, HoverReach = 64, HoverAreaMax = 256 * 128;

    /// <summary>Place and density for this input.</summary>
    internal static (Place Place, double Density) Of(in WaitingInput input, in SurfaceRectangle area, Caret caret) => input.Expected switch
    {
        Expectation.Key => OfKey(area, caret, input.IsText),
        Expectation.Click => OfPointer(area, Reach(input, PointerReach)),
        Expectation.Wheel => OfWheel(area, Reach(input, 0)),
        Expectation.Hover => area.Area <= HoverAreaMax && !area.Intersect(Reach(input, HoverReach)).IsEmpty
            ? (Place.Likely, 0.1 / 8)
            : (Place.Elsewhere, 0),
        _ => (Place.Elsewhere, 0),
    };

    private static (Place, double) OfKey(in SurfaceRectangle area, Caret caret, bool isText)
    {
        if (!caret.IsKnown)
        {
            return (Place.Elsewhere, Elsewhere(area, 1));
        }

        if (caret.IsNear(area))
        {
            return isText && caret.Holds(area) ? (Place.Plausible, 0.01 / 6) : (Place.Likely, 0.75 / 6);
        }

        var box = caret.Box;
        bool onTheLine = area.Y < box.Bottom + 2 * box.Height && area.Bottom > box.Y - box.Height;
        // The text may go on anywhere, but it keeps its size.
        double elsewhere = isText && caret.IsLikeAGlyph(area) ? 0.1 / SmallPlaces * GlyphSizes : Elsewhere(area, 0.1);
        return onTheLine ? (Place.Plausible, Math.Max(0.15 / 8, elsewhere)) : (Place.Elsewhere, elsewhere);
    }

    private static (Place, double) OfPointer(in SurfaceRectangle area, in SurfaceRectangle pointer) =>
        area.Intersect(pointer).IsEmpty ? (Place.Elsewhere, Elsewhere(area, 0.25))
        : area.Area < 8 * LargeAreaMin ? (Place.Likely, 0.45 / 10)
        : (Place.Plausible, 0.3 / 10);

    private static (Place, double) OfWheel(in SurfaceRectangle area, in SurfaceRectangle pointer)
    {
        bool under = !area.Intersect(pointer).IsEmpty;
        // Hosts send a page that moved in strips, of which the first need not be the one under the pointer.
        return area.Area >= LargeAreaMin
            ? under ? (Place.Likely, 0.5 / 8) : (Place.Plausible, 0.35 / (8 * LargePlaces))
            : under ? (Place.Plausible, 0.1 / 6) : (Place.Elsewhere, Elsewhere(area, 0.05));
    }

    private static double Elsewhere(in SurfaceRectangle area, double share) =>
        share / TileHistory.Octaves / (area.Area >= LargeAreaMin ? LargePlaces : SmallPlaces);

    private static SurfaceRectangle Reach(in WaitingInput input, int pixels) =>
        new(input.X - pixels, input.Y - pixels, 2 * pixels + 1, 2 * pixels + 1);
}
