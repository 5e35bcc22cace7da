using RemoteChain.Gateway.Sessions.Nested;

namespace RemoteChain.Gateway.Tests.Sessions.Nested;

public sealed class MarkerTests
{
    static readonly uint[] s_xterm = [0, 0xCD0000, 0x00CD00, 0xCDCD00, 0x0000EE, 0xCD00CD, 0x00CDCD, 0xE5E5E5];

    // The column of a screen as the script paints it: a border, the rows, and right below them the state.
    static uint[] Column(Marker marker, uint state, int height = 768, int rowPixels = 13, uint noise = 0)
    {
        var column = new List<uint>([0, 0]);
        foreach (char row in marker.Rows) column.AddRange(Enumerable.Repeat(s_xterm[row - '0'] ^ noise, rowPixels));
        while (column.Count < height) column.Add(state ^ noise);
        return [.. column];
    }

    static Marker One(string layer = "nested b") => Marker.Of(new byte[32], "chain", layer);

    [Theory]
    [InlineData(0x100000u, MarkerState.Asking, 0)]
    [InlineData(0x108040u, MarkerState.Asking, 132)]
    [InlineData(0x10F0F0u, MarkerState.Asking, 255)]
    [InlineData(0x200000u, MarkerState.Connecting, 0)]
    [InlineData(0x000000u, MarkerState.Asking, 0)]
    public void TryRead_WhatTheScriptPaints_IsRead(uint state, MarkerState expected, int code)
    {
        Assert.True(Marker.TryRead(Column(One(), state), out var reading));
        Assert.Equal(new MarkerReading(One().Rows, expected, code), reading);
    }

    /// <summary>A client that is killed ends with 0x91: as green as a row, so that the last row must not be green.</summary>
    [Fact]
    public void TryRead_AnyCodeBelowAnyRows_IsRead()
    {
        foreach (var marker in Enumerable.Range(0, 60).Select(i => One($"nested {i}")))
        {
            for (uint code = 0; code < 256; code++)
            {
                Assert.True(Marker.TryRead(Column(marker, 0x100000 | (code >> 4 << 12) | ((code & 0xF) << 4)), out var reading), $"{marker.Rows} {code}");
                Assert.Equal(new MarkerReading(marker.Rows, MarkerState.Asking, (int)code), reading);
            }
        }
    }

    [Theory]
    [InlineData(0x030203u)]
    [InlineData(0x000702u)]
    public void TryRead_AfterALossyCodec_IsTheSame(uint noise)
    {
        Assert.True(Marker.TryRead(Column(One(), 0x208040, noise: noise), out var reading));
        Assert.Equal(new MarkerReading(One().Rows, MarkerState.Connecting, 132), reading);
    }

    [Fact]
    public void TryRead_MessagesBelowTheRows_DoNotHideTheState()
    {
        uint[] column = Column(One(), 0x108040);
        for (int i = 190; i < column.Length; i += 3) column[i] = 0;

        Assert.True(Marker.TryRead(column, out var reading));
        Assert.Equal(132, reading.Code);
    }

    [Fact]
    public void Of_OtherKeyChainOrLayer_IsAnotherMarker()
    {
        string[] rows = [One().Rows, One("nested c").Rows, Marker.Of(new byte[32], "other", "nested b").Rows,
            Marker.Of(Enumerable.Repeat((byte)1, 32).ToArray(), "chain", "nested b").Rows];

        Assert.Equal(rows.Length, rows.Distinct().Count());
        Assert.Equal(One().Rows, One().Rows);
    }

    [Fact]
    public void Of_AnyLayer_NeighboursDiffer()
    {
        foreach (string layer in AnyText.Some(300)) IsReadBack(layer);
    }

    static void IsReadBack(string layer)
    {
        string rows = Marker.Of(new byte[32], "c", layer).Rows;

        Assert.Equal(Marker.RowsMax, rows.Length);
        Assert.All(rows, row => Assert.InRange(row, '1', '7'));
        Assert.All(rows.Zip(rows.Skip(1)), pair => Assert.NotEqual(pair.First, pair.Second));
        Assert.True(Marker.TryRead(Column(Marker.Of(new byte[32], "c", layer), 0x100000), out var reading));
        Assert.Equal(rows, reading.Rows);
    }

    [Fact]
    public void TryRead_AnyRunsOfColours_NeverThrowsAndNeverSeesAnothersSign()
    {
        var random = new Random(27);
        for (int i = 0; i < 5000; i++)
        {
            uint[] column = [.. Enumerable.Range(0, random.Next(40)).SelectMany(_ => Enumerable.Repeat(s_xterm[random.Next(8)], random.Next(40)))];
            if (Marker.TryRead(column, out var reading)) Assert.NotEqual(One().Rows, reading.Rows);
        }
    }

    [Fact]
    public void TryRead_ADesktop_IsNoMarker()
    {
        Assert.False(Marker.TryRead([.. Enumerable.Range(0, 768).Select(y => (uint)(0x28415C + y / 9))], out _));
        Assert.False(Marker.TryRead(Column(One(), 0x100000)[..150], out _));
    }
}
