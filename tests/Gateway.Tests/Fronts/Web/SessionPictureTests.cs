using System.Runtime.InteropServices;
using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class SessionPictureTests : IDisposable
{
    const int Width = 640, Height = 400;
    const long Millisecond = 1_000_000;

    readonly DescriptorHandle _file = SurfaceFile.Create(1024, 768);
    readonly SurfaceWriter _desktop;
    readonly SessionPicture _picture;
    readonly List<Browser> _browsers = [];
    long _now = 1_000 * Millisecond;

    public SessionPictureTests()
    {
        _desktop = new(_file);
        _desktop.Resize(Width, Height);
        _picture = SessionPicture.TryOpen(_file)!;
    }

    public void Dispose()
    {
        _picture.Dispose();
        _desktop.Dispose();
        _file.Dispose();
    }

    [Fact]
    public void Update_SecondViewerAsFastAsTheFirst_IsToldTheSameBytes()
    {
        var (first, second) = (Open(), Open());
        Paint(Pictures.Of("text", Width, Height), new(0, 0, Width, Height));
        Assert.NotEmpty(Serve(first));
        Assert.NotEmpty(Serve(second));

        Paint(Pictures.Of("text", Width, Height, seed: 2), new(64, 64, 300, 200));
        var told = Serve(first);
        // Nobody looks at the surface for the second one: what it is sent is what the first was sent.
        Scribble(new(64, 64, 300, 200));
        var toldAgain = Serve(second);

        Assert.NotEmpty(told);
        Assert.Equal(told, toldAgain);
        Assert.Equal(first.Screen.Pixels, second.Screen.Pixels);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Update_ViewersOfEveryPaceWhoComeGoAndLose_AllEndWithTheDesktop(int seed)
    {
        var random = new Random(seed);
        int[] oneIn = [1, 3, 20, 120];
        foreach (int _ in oneIn) Open();
        for (int round = 0; round < 100; round++)
        {
            if (round == 50) _desktop.Resize(Width - 77, Height + 61);
            if (round == 25) Open();
            if (round == 40) _picture.Lose(_browsers[1].Viewer);
            if (round == 70) Leave(_browsers[0]);
            var (width, height) = (_desktop.Geometry.Width, _desktop.Geometry.Height);
            int x = random.Next(width - 1), y = random.Next(height - 1);
            string kind = random.Next(4) switch { 0 => "one colour", 1 => "photograph", 2 => "gradient", _ => "text" };
            Paint(Pictures.Of(kind, width, height, round), new(x, y, random.Next(1, width - x + 1), random.Next(1, height - y + 1)));
            for (int i = 0; i < _browsers.Count; i++)
            {
                if (random.Next(oneIn[i % oneIn.Length]) == 0) Serve(_browsers[i], random.Next(2) == 0);
            }
        }

        Settle();
        foreach (var browser in _browsers) Assert.Equal(Shown(), browser.Screen.Pixels);
    }

    [Fact]
    public void Update_ViewerThatTakesNothing_CostsABoundedAmountAndIsToldAnew()
    {
        var (fast, slow) = (Open(), Open());
        Serve(fast);
        Serve(slow);
        int told = 0;
        for (int round = 0; round < 30; round++)
        {
            Paint(Pictures.Of("text", Width, Height, round), new(0, 0, Width, Height));
            told += Serve(fast).Length;
        }

        int caughtUp = Serve(slow).Length;

        Assert.True(told > 10 * caughtUp, $"{told} bytes for who saw everything, {caughtUp} for who saw the end");
        Assert.Equal(Shown(), slow.Screen.Pixels);
    }

    [Fact]
    public void Update_PiecesOfOnePicture_WaitUnlessTheyAnswerInputOrAreSmall()
    {
        var browser = Open();
        Serve(browser);
        _now += 100 * Millisecond;
        Paint(Pictures.Of("text", Width, Height), new(0, 0, Width, 100));
        Assert.NotEmpty(Serve(browser, pass: false)); // the first piece goes at once

        Paint(Pictures.Of("text", Width, Height), new(0, 100, Width, 100));
        _now += Millisecond;
        Assert.Empty(Serve(browser, pass: false));
        Assert.Equal(_now - Millisecond + SessionPicture.GapNanos, _picture.NextUpdateNanos(browser.Viewer, true, 0));
        Assert.NotEmpty(Serve(browser, pass: false, inputNanos: _now)); // somebody waits for it

        Paint(Pictures.Of("text", Width, Height), new(0, 300, 40, 20));
        _now += Millisecond;
        Assert.NotEmpty(Serve(browser, pass: false)); // what is typed is small

        Paint(Pictures.Of("text", Width, Height), new(0, 200, Width, 100));
        _now += SessionPicture.GapNanos;
        Assert.NotEmpty(Serve(browser, pass: false));
    }

    [Fact]
    public void Update_AFilm_HasThirtyFramesASecondAndSoonMoreForWhoTypes()
    {
        var browser = Open();
        Serve(browser);
        _now += 100 * Millisecond;
        Paint(Pictures.Of("photograph", Width, Height), new(0, 0, Width, 128));
        Assert.NotEmpty(Serve(browser, pass: false));
        long told = _now;
        Paint(Pictures.Of("photograph", Width, Height, shift: 1), new(0, 0, Width, 128));
        _now += Millisecond;
        Assert.Empty(Serve(browser, pass: false));
        Assert.Equal(told + SessionPicture.FilmGapNanos, _picture.NextUpdateNanos(browser.Viewer, true, 0));
        Assert.Equal(told + SessionPicture.GapNanos, _picture.NextUpdateNanos(browser.Viewer, true, told - (50 * Millisecond)));
        _now += SessionPicture.GapNanos;
        Assert.Empty(Serve(browser, pass: false));
        _now = told + SessionPicture.FilmGapNanos;
        Assert.NotEmpty(Serve(browser, pass: false));
    }

    [Fact]
    public void Update_AFilmInSmallTiles_IsGatheredAndWhatIsTypedBesideItIsNot()
    {
        var browser = Open();
        Serve(browser);
        _now += 100 * Millisecond;
        int frames = 0;
        for (int i = 0; i < 48; i++)
        {
            _now += Millisecond;
            Paint(Pictures.Of("noise", Width, Height, i), new(i % 8 * 40, 0, 40, 40));
            frames += Serve(browser, pass: false).Length > 0 ? 1 : 0;
        }

        Assert.InRange(frames, 4, 8);
        _now += SessionPicture.FilmGapNanos;
        Serve(browser, pass: false);
        Paint(Pictures.Of("text", Width, Height), new(0, 300, 40, 20));
        _now += Millisecond;
        Assert.Empty(Serve(browser, pass: false));
        Assert.NotEmpty(Serve(browser, pass: false, inputNanos: _now - (50 * Millisecond)));
    }

    Browser Open()
    {
        var browser = new Browser(_picture.Join());
        _browsers.Add(browser);
        return browser;
    }

    void Leave(Browser browser)
    {
        _picture.Leave(browser.Viewer);
        _browsers.Remove(browser);
    }

    /// <summary>What a front does when its browser can take a frame. Returns the parts that it sent.</summary>
    byte[] Serve(Browser browser, bool mayRefine = false, bool pass = true, long inputNanos = 0)
    {
        if (pass) _now += SessionPicture.GapNanos;
        Assert.True(_picture.Follow(browser.Viewer, out var size));
        if (size is { } geometry) browser.Screen.Resize(geometry.Width, geometry.Height);
        Assert.True(_picture.Update(browser.Viewer, mayRefine, inputNanos, _now, out var frame));
        if (frame.Message is not { } message) return [];
        var parts = message.Written[5..].ToArray();
        browser.Screen.Draw(parts);
        return parts;
    }

    void Settle()
    {
        for (int quiet = 0, rounds = 0; quiet < 3; rounds++)
        {
            Assert.True(rounds < 2000, "it never comes to rest");
            _now += ClientPicture.StillNanos;
            quiet = _browsers.Sum(browser => Serve(browser, mayRefine: true).Length) == 0 ? quiet + 1 : 0;
        }
    }

    void Paint(uint[] rgba, SurfaceRectangle where)
    {
        Write(rgba, where);
        _desktop.Publish(where, new FrameStamps(1, 2), 0);
    }

    /// <summary>Changes pixels and tells nobody.</summary>
    void Scribble(SurfaceRectangle where) => Write(new uint[Width * Height], where);

    void Write(uint[] rgba, SurfaceRectangle where)
    {
        int stride = _desktop.Geometry.Width;
        uint[] bgra = [.. rgba.Select(Swapped)];
        _desktop.WriteRectangle(MemoryMarshal.AsBytes(bgra.AsSpan((where.Y * stride) + where.X)), stride * 4, where);
    }

    /// <summary>The desktop's pixels, in a browser's order.</summary>
    uint[] Shown()
    {
        Assert.True(SurfaceReader.TryOpen(_file, out var reader));
        using (reader)
        {
            reader.ReadGeometry(out var geometry);
            var pixels = new uint[geometry.Width * geometry.Height];
            Assert.Equal(SurfaceRead.Copied, reader.CopyRectangle(geometry, geometry.Bounds, MemoryMarshal.AsBytes(pixels.AsSpan()), geometry.Width * 4));
            return [.. pixels.Select(Swapped)];
        }
    }

    static uint Swapped(uint pixel) => 0xFF000000 | (pixel & 0xFF00) | ((pixel & 0xFF) << 16) | ((pixel >> 16) & 0xFF);

    sealed record Browser(ViewerPicture Viewer)
    {
        public WebPicture Screen { get; } = new();
    }
}
