using System.Runtime.InteropServices;
using RemoteChain.Surface;
using RemoteChain.Worker.Notices;

namespace RemoteChain.Worker.Tests.Notices;

public sealed class NoticePainterTests
{
    const int Width = 640, Height = 400, Stride = Width * 4;

    [Fact]
    public void Wrap_LongSentence_NoLineIsWiderAndNoWordIsLost()
    {
        var atlas = GlyphAtlas.For(Height);
        const string sentence = "Lost connection to desk-1: host closed the connection. Reconnecting …";
        var lines = NoticeText.Wrap(sentence, atlas, 300);
        Assert.True(lines.Count > 1);
        Assert.All(lines, line => Assert.InRange(atlas.Width(line), 1, 300));
        Assert.Equal(sentence, string.Join(' ', lines));
    }

    [Fact]
    public void Wrap_WordWiderThanALine_IsCut()
    {
        var atlas = GlyphAtlas.For(Height);
        var lines = NoticeText.Wrap(new string('m', 40), atlas, 200);
        Assert.All(lines, line => Assert.InRange(atlas.Width(line), 1, 200));
        Assert.Equal(40, lines.Sum(line => line.Length));
    }

    [Fact]
    public void Wrap_MoreThanFits_EndsWithAnEllipsis()
    {
        var lines = NoticeText.Wrap(string.Join(' ', Enumerable.Repeat("word", 400)), GlyphAtlas.For(Height), 200);
        Assert.Equal(NoticeText.LinesMax, lines.Count);
        Assert.EndsWith("…", lines[^1]);
    }

    [Theory]
    [InlineData(-5, "0 s")]
    [InlineData(12, "12 s")]
    [InlineData(119, "119 s")]
    [InlineData(200, "3 min")]
    [InlineData(7500, "2 h 5 min")]
    public void Age_OfSeconds_IsCoarse(long seconds, string expected) => Assert.Equal(expected, NoticeText.Age(seconds));

    [Theory]
    [InlineData("Größe: ½ µs → “quoted” – ok…")]
    [InlineData("日本語 \0 \u001B \uD800")]
    public void Paint_AnyLetters_StaysInsideTheBox(string sentence)
    {
        var pixels = new byte[Stride * Height];
        var box = NoticePainter.Paint(pixels, Width, Height, Stride, sentence, "The picture is 3 s old.", NoticeTone.Warning);
        Assert.Equal(box, NoticePainter.Place(sentence, hasFaintLine: true, Width, Height));
        Assert.True(new SurfaceRectangle(0, 0, Width, Height).Contains(box));
        var letters = 0;
        for (var y = 0; y < Height; y++)
        {
            var row = MemoryMarshal.Cast<byte, uint>(pixels.AsSpan(y * Stride, Stride));
            for (var x = 0; x < Width; x++)
            {
                var inside = x >= box.X && x < box.Right && y >= box.Y && y < box.Bottom;
                if (!inside) Assert.Equal(0u, row[x]);
                else if ((row[x] & 0xFF) > 0xC0) letters++;
            }
        }

        Assert.True(letters > 50, "Nothing bright was written.");
    }

    [Fact]
    public void Paint_DesktopSmallerThanTheBox_DoesNotLeaveIt()
    {
        var pixels = new byte[100 * 4 * 40];
        var box = NoticePainter.Paint(pixels, 100, 40, 400, "A sentence that is much longer than this desktop is wide.", "old", NoticeTone.Error);
        Assert.True(new SurfaceRectangle(0, 0, 100, 40).Contains(box));
    }

    [Fact]
    public void Dim_BrightPicture_IsDarkAndStillThere()
    {
        var source = new byte[Stride * Height];
        source.AsSpan(0, Stride).Fill(0xFF);
        var target = new byte[Stride * Height];
        NoticePainter.Dim(source, target, Width, Height, Stride);
        Assert.InRange(target[0], 0x40, 0x70);
        Assert.True(target[Stride] < target[0]);
    }
}
