using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class TileSurveyTests
{
    const int Side = 64;

    [Theory]
    [InlineData("one colour", TileLook.Solid)]
    [InlineData("text", TileLook.Drawing)]
    [InlineData("photograph", TileLook.Photograph)]
    [InlineData("noise", TileLook.Photograph)]
    public void Look_KindsOfPictures_AreTold(string kind, TileLook look) => Assert.Equal(look, Look(Pictures.Of(kind, Side, Side)));

    /// <summary>More than a third of the neighbours are equal, as in a drawing; but what is not equal differs by a shade.</summary>
    [Fact]
    public void Look_SkyOfAFilm_IsNoDrawing() => Assert.Equal(TileLook.Photograph, Look(Of((x, y) => Grey(128 + (int)(90 * Math.Sin((x + (y * 0.3)) / 240.0))))));

    /// <summary>A title bar may be shaded, and its letters are still to be exact.</summary>
    [Fact]
    public void Look_LettersOnAShade_IsADrawing() =>
        Assert.Equal(TileLook.Drawing, Look(Of((x, y) => x % 9 < 2 && y % 18 is > 3 and < 14 ? Grey(20) : Grey(200 - (x / 6)))));

    static TileLook Look(uint[] pixels) => TileSurvey.Look(pixels, Side, new SurfaceRectangle(0, 0, Side, Side));

    static uint[] Of(Func<int, int, uint> pixel) => [.. Enumerable.Range(0, Side * Side).Select(i => pixel(i % Side, i / Side))];

    static uint Grey(int level) => 0xFF000000 | ((uint)level * 0x010101);
}
