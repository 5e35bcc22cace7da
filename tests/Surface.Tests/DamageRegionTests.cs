namespace RemoteChain.Surface.Tests;

public sealed class DamageRegionTests
{
    [Fact]
    public void Add_RandomRectangles_CoversEveryPixelWithAtMostSixteen()
    {
        var random = new Random(3);
        var region = new DamageRegion();
        for (var round = 0; round < 2000; round++)
        {
            region.Clear();
            var covered = new bool[40, 40];
            for (var i = random.Next(60); i >= 0; i--)
            {
                SurfaceRectangle rectangle = new(random.Next(40), random.Next(40), 0, 0);
                rectangle = rectangle with { Width = random.Next(Math.Min(41 - rectangle.X, 8)), Height = random.Next(Math.Min(41 - rectangle.Y, 8)) };
                region.Add(rectangle);
                for (var y = rectangle.Y; y < rectangle.Bottom; y++)
                    for (var x = rectangle.X; x < rectangle.Right; x++) covered[x, y] = true;
            }
            Assert.InRange(region.Rectangles.Length, 0, DamageRegion.RectanglesMax);
            foreach (var rectangle in region.Rectangles)
                for (var y = rectangle.Y; y < rectangle.Bottom; y++)
                    for (var x = rectangle.X; x < rectangle.Right; x++) covered[x, y] = false;
            Assert.DoesNotContain(true, covered.Cast<bool>());
        }
    }

    [Fact]
    public void Add_Neighbours_BecomeOne()
    {
        var region = new DamageRegion();
        // Tiles of one area, out of order, as an encoder sends them.
        foreach (var i in (int[])[0, 5, 3, 1, 4, 2]) region.Add(new SurfaceRectangle(i * 64, 0, 64, 64));
        Assert.Equal([new(0, 0, 384, 64)], region.Rectangles.ToArray());
    }

    [Fact]
    public void Add_FarApart_StayApartUntilSixteen()
    {
        var region = new DamageRegion();
        for (var i = 0; i < DamageRegion.RectanglesMax; i++) region.Add(new SurfaceRectangle(i * 100, i * 100, 10, 10));
        Assert.Equal(DamageRegion.RectanglesMax, region.Rectangles.Length);
        region.Add(new SurfaceRectangle(5000, 0, 10, 10));
        Assert.Equal([new(0, 0, 5010, 1510)], region.Rectangles.ToArray());
    }

    [Fact]
    public void Add_NewerGeneration_ForgetsOldRectanglesKeepsStamps()
    {
        var region = new DamageRegion();
        region.Add(Entry(1, new(0, 0, 10, 10), generation: 1, inputId: 7));
        region.Add(Entry(2, new(3, 3, 2, 2), generation: 2, inputId: 0));
        Assert.Equal([new(3, 3, 2, 2)], region.Rectangles.ToArray());
        Assert.Equal((2u, 7ul, 1ul, 2ul, 2), (region.Generation, region.LastInputId, region.Oldest.Sequence, region.Newest.Sequence, region.Entries));
        region.Clear();
        Assert.Equal((true, 0ul, 0), (region.IsEmpty, region.LastInputId, region.Entries));
    }

    static DamageEntry Entry(ulong sequence, SurfaceRectangle rectangle, uint generation, ulong inputId) =>
        new(sequence, rectangle, generation, inputId, 0, 0, 0);
}
