using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class ClientPictureTests
{
    const int Width = 640, Height = 400;

    readonly ClientPicture _picture = new();
    readonly WebPicture _client = new();
    readonly WireWriter _frame = new();

    public ClientPictureTests()
    {
        _picture.Resize(Width, Height);
        _client.Resize(Width, Height);
    }

    [Fact]
    public void Write_NothingChanged_SaysNothing()
    {
        var text = Pictures.Of("text", Width, Height);
        Send(text);

        Assert.Equal(0, Send(text));
    }

    [Fact]
    public void Write_Text_IsThereExactly()
    {
        var text = Pictures.Of("text", Width, Height);

        Send(text);

        Assert.Equal(text, _client.Pixels);
        Assert.False(_picture.IsApproximate);
    }

    [Fact]
    public void Write_OnePixelChanged_TakesAFewBytes()
    {
        var text = Pictures.Of("text", Width, Height);
        Send(text);
        text[(100 * Width) + 300] ^= 0x00FFFFFF;

        Assert.InRange(Send(text), 1, 24);
        Assert.Equal(text, _client.Pixels);
    }

    [Theory]
    [InlineData(18)]
    [InlineData(-36)]
    [InlineData(7)]
    public void Write_PageScrolled_IsMostlyACopy(int rows)
    {
        var page = Pictures.Of("text", Width, Height + 100);
        Send(page.AsSpan(50 * Width, Width * Height).ToArray());
        var scrolled = page.AsSpan((50 + rows) * Width, Width * Height).ToArray();
        int whole = EncodedAlone(scrolled);

        int bytes = Send(scrolled);

        Assert.Equal(scrolled, _client.Pixels);
        Assert.True(_client.Parts.GetValueOrDefault(WebTile.Copy) > 0, "nothing was copied");
        Assert.InRange(bytes, 1, whole / 4);
    }

    [Theory]
    [InlineData(6)]
    [InlineData(206)]
    [InlineData(438)]
    public void Write_LinesThatDifferInAFewColumnsScroll_AreACopy(int x)
    {
        // A log: every line is like the others except for its number.
        var before = Log(x, first: 0);
        Send(before);
        var after = Log(x, first: 1);

        int bytes = Send(after);

        Assert.Equal(after, _client.Pixels);
        Assert.True(_client.Parts.GetValueOrDefault(WebTile.Copy) > 0, "nothing was copied");
        Assert.InRange(bytes, 1, 700);
    }

    [Fact]
    public void Write_WindowScrollsBesideSomethingElse_IsThereExactly()
    {
        var before = Pictures.Of("text", Width, Height);
        var page = Pictures.Of("text", Width, Height + 18, seed: 9);
        Compose(before, page, 0);
        Send(before);
        var after = Pictures.Of("text", Width, Height);
        Compose(after, page, 18);

        Send(after);

        Assert.Equal(after, _client.Pixels);
        Assert.True(_client.Parts.GetValueOrDefault(WebTile.Copy) > 0, "nothing was copied");
    }

    [Fact]
    public void Refine_PhotographKeepsStill_BecomesExact()
    {
        var photograph = Pictures.Of("photograph", Width, Height);
        Send(photograph);
        Assert.True(_picture.IsApproximate);
        Assert.True(_client.Parts.GetValueOrDefault(WebTile.Photograph) > 0);
        Assert.NotEqual(photograph, _client.Pixels);

        long left = _picture.Refine(1 + ClientPicture.StillNanos - 1, Begin());
        Assert.Equal(1, left);
        for (int i = 0; i < 1000 && _picture.IsApproximate; i++)
        {
            _picture.Refine(1 + ClientPicture.StillNanos, Begin());
            _client.Draw(_frame.Written.Span[5..]);
        }

        Assert.Equal(photograph, _client.Pixels);
    }

    /// <summary>Two pictures of a slow film lie farther apart than a photograph has to keep still; while it runs, nothing of it is told exactly, even if each
    /// picture comes in two pieces.</summary>
    [Fact]
    public void Refine_SlowFilm_WaitsUntilItStops()
    {
        const long pictureNanos = 500_000_000, pieceNanos = 10_000_000;
        long now = 1;
        for (int i = 0; i < 8; i++)
        {
            // The first times, it cannot be told from photographs.
            if (i > 3) Assert.True(_picture.Refine(now + pictureNanos - pieceNanos - 1, Begin()) > 0, "told exactly between two pictures");
            else _picture.Refine(now + pictureNanos - pieceNanos - 1, Begin());
            now += pictureNanos - pieceNanos;
            Send(Pictures.Of("photograph", Width, Height, shift: 2 * i), now);
            now += pieceNanos;
            Send(Pictures.Of("photograph", Width, Height, shift: (2 * i) + 1), now);
        }

        for (int i = 0; i < 1000 && _picture.IsApproximate; i++)
        {
            _picture.Refine(now + ClientPicture.StillNanosMax, Begin());
            _client.Draw(_frame.Written.Span[5..]);
        }

        Assert.Equal(Pictures.Of("photograph", Width, Height, shift: 15), _client.Pixels);
    }

    [Fact]
    public void Write_MoreThanAFrameHolds_ContinuesInTheNext()
    {
        var big = new ClientPicture();
        var client = new WebPicture();
        const int width = 2048, height = 2000;
        big.Resize(width, height);
        client.Resize(width, height);
        // Neighbours in pairs: exact, and dear.
        var noise = Pictures.Of("noise", width / 2, height).SelectMany(p => new[] { p, p }).ToArray();

        var rest = new SurfaceRectangle(0, 0, width, height);
        int frames = 0;
        for (; !rest.IsEmpty; frames++)
        {
            rest = big.Write(noise, rest, 1, Begin());
            Assert.InRange(_frame.Length, 1, ClientPicture.FrameBytesMax * 2);
            client.Draw(_frame.Written.Span[5..]);
        }

        Assert.InRange(frames, 2, 20);
        Assert.Equal(noise, client.Pixels);
    }

    [Fact]
    public void Write_RandomPicturesOneAfterTheOther_ClientAlwaysHasTheSame()
    {
        var random = new Random(5);
        var pixels = Pictures.Of("text", Width, Height);
        Send(pixels);
        for (int round = 0; round < 200; round++)
        {
            int x = random.Next(Width - 1), y = random.Next(Height - 1);
            var rectangle = new SurfaceRectangle(x, y, random.Next(1, Width - x + 1), random.Next(1, Height - y + 1));
            var patch = Pictures.Of(random.Next(3) switch { 0 => "one colour", 1 => "text", _ => "gradient" }, Width, Height, round);
            for (int row = rectangle.Y; row < rectangle.Bottom; row++)
            {
                patch.AsSpan((row * Width) + x, rectangle.Width).CopyTo(pixels.AsSpan((row * Width) + x));
            }

            _picture.Write(pixels, rectangle, 1, Begin());
            _client.Draw(_frame.Written.Span[5..]);
        }

        Refresh();
        Assert.Equal(pixels, _client.Pixels);
    }

    static uint[] Log(int x, int first)
    {
        const int line = 13, columns = 36;
        var numbers = Pictures.Of("noise", columns, Height + line, seed: 4);
        var page = new uint[Width * Height];
        Array.Fill(page, 0xFFFFFFFF);
        for (int y = 0; y < Height; y++)
        {
            page.AsSpan((y * Width) + 60, 100).Fill(y % line < 9 ? 0xFF000000 : 0xFFFFFFFF);
            for (int column = 0; column < columns && y % line < 9; column++)
                page[(y * Width) + x + column] = numbers[((y + (first * line)) * columns) + column] % 2 == 0 ? 0xFF000000 : 0xFFFFFFFF;
        }

        return page;
    }

    static void Compose(uint[] onto, uint[] page, int scrolled)
    {
        for (int y = 40; y < 360; y++) page.AsSpan(((y - 40 + scrolled) * Width) + 97, 400).CopyTo(onto.AsSpan((y * Width) + 97));
    }

    static int EncodedAlone(uint[] pixels)
    {
        var writer = new WireWriter();
        ExactCodec.Encode(pixels, Width, Width, Height, writer);
        return writer.Length;
    }

    WireWriter Begin()
    {
        _frame.Begin(WebOutputKind.Frame);
        _frame.U32(0);
        return _frame;
    }

    /// <summary>Sends a whole picture; returns the bytes of its parts.</summary>
    int Send(uint[] pixels, long nowNanos = 1)
    {
        Assert.True(_picture.Write(pixels, new SurfaceRectangle(0, 0, Width, Height), nowNanos, Begin()).IsEmpty);
        _client.Draw(_frame.Written.Span[5..]);
        return _frame.Length - 5;
    }

    void Refresh()
    {
        for (int i = 0; i < 1000 && _picture.IsApproximate; i++)
        {
            _picture.Refine(1 + ClientPicture.StillNanos, Begin());
            _client.Draw(_frame.Written.Span[5..]);
        }
    }
}
