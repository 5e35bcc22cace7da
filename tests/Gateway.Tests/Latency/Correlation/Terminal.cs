using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>An xterm on a host, as the recorded one behaves: a key paints its glyph and the caret behind it, the caret blinks 300 ms
/// on and 600 ms off, and the host paints at most once a frame.</summary>
internal sealed class Terminal
{
    internal const int Glyph = 9, Line = 18, Columns = 88, Rows = 28, Left = 33, Top = 52;
    private const byte KeyA = 0x1E, KeyReturn = 0x1C;
    private const ushort Release = 0x8000, Repeat = 0x4000;

    private readonly Scene _scene;
    private readonly List<ulong> _due = [];
    private readonly Queue<(ulong Id, bool IsReturn)> _way = new();
    private SurfaceRectangle _dirty;
    private long _nextFrameNanos;
    private int _column, _row;

    internal Terminal(Scene scene, bool blinks = true)
    {
        _scene = scene;
        if (blinks)
        {
            BlinkOn();
        }
    }

    internal double LatencyMillis { get; set; } = 5;

    internal double JitterMillis { get; set; } = 1;

    /// <summary>The host waits this long between two pictures.</summary>
    internal double FrameMillis { get; set; } = 4;

    /// <summary>The host's encoder knows damage only in squares of this many pixels.</summary>
    internal int TilePixels { get; set; } = 1;

    internal bool Echoes { get; set; } = true;

    /// <summary>Types this many keys.</summary>
    internal void Type(int keys, double shortestMillis, double longestMillis, string phase)
    {
        _scene.Phase = phase;
        for (int i = 0; i < keys; i++)
        {
            Press();
            _scene.Run((shortestMillis + _scene.Random.NextDouble() * (longestMillis - shortestMillis)) / 1000);
        }
    }

    /// <summary>Holds a key down.</summary>
    internal void Hold(int repeats, double everyMillis, string phase)
    {
        _scene.Phase = phase;
        for (int i = 0; i < repeats; i++)
        {
            Press(isRepeat: i > 0);
            _scene.Run(everyMillis / 1000);
        }
    }

    /// <summary>Presses Return, and releases it a little later.</summary>
    internal void Return(string phase)
    {
        _scene.Phase = phase;
        Press(isReturn: true);
    }

    private void Press(bool isReturn = false, bool isRepeat = false)
    {
        byte key = isReturn ? KeyReturn : KeyA;
        ulong id = _scene.Send(InputKind.Scancode, isRepeat ? Repeat : (ushort)0, key);
        _scene.At(20 + _scene.Random.Next(60), () => _scene.Send(InputKind.Scancode, Release, key));
        if (Echoes || isReturn)
        {
            // Nothing overtakes on the way to the terminal.
            _way.Enqueue((id, isReturn));
            _scene.At(Math.Max(0.3, LatencyMillis + _scene.Spread(JitterMillis)), Handle);
        }
    }

    /// <summary>A line of output pushes the page up.</summary>
    internal void Scroll()
    {
        Damage(Left, Top, Columns * Glyph, Rows * Line);
        _row = Rows - 1;
    }

    private void Handle()
    {
        var (id, isReturn) = _way.Dequeue();
        _due.Add(id);
        Damage(X, Y, Glyph, Line);
        if (isReturn || ++_column == Columns)
        {
            _column = 0;
            if (++_row == Rows)
            {
                Scroll();
            }
        }

        Damage(X, Y, Glyph, Line);
    }

    private int X => Left + _column * Glyph;

    private int Y => Top + _row * Line;

    private void Damage(int x, int y, int width, int height)
    {
        bool isPlanned = !_dirty.IsEmpty;
        _dirty = _dirty.Union(new SurfaceRectangle(x, y, width, height));
        if (!isPlanned)
        {
            _scene.At(Math.Max(0.2, (_nextFrameNanos - _scene.Now) / (double)Scene.Milli), Flush);
        }
    }

    private void Flush()
    {
        int left = _dirty.X / TilePixels * TilePixels, top = _dirty.Y / TilePixels * TilePixels;
        int right = (_dirty.Right + TilePixels - 1) / TilePixels * TilePixels;
        int bottom = (_dirty.Bottom + TilePixels - 1) / TilePixels * TilePixels;
        ulong area = _scene.Paint(left, top, right - left, bottom - top);
        _dirty = default;
        _nextFrameNanos = _scene.Now + (long)(FrameMillis * Scene.Milli);
        foreach (ulong input in _due)
        {
            _scene.Answered(input, area);
        }

        _due.Clear();
    }

    private void BlinkOn() => _scene.At(600 + _scene.Spread(2), () =>
    {
        Damage(X, Y, Glyph, Line);
        BlinkOff();
    });

    private void BlinkOff() => _scene.At(300 + _scene.Spread(2), () =>
    {
        Damage(X, Y, Glyph, Line);
        BlinkOn();
    });
}
