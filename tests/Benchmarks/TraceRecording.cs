using System.Diagnostics;
using System.Globalization;
using System.Text;
using FreeRdp;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks;

/// <summary>
/// Records scenes on an xrdp host for the tests of correlation: what was sent when, and what was painted where and when, as seen by
/// one client without a gateway between. One line an event, times in microseconds from the start:
/// <c>scene,t,name</c>, <c>input,t,kind,flags,a,b</c> and <c>area,t,x,y,width,height</c>.
/// </summary>
public static class TraceRecording
{
    private const string Host = "desk-1", User = "u05", File = "trace.csv";
    private const ushort Down = 0x4000, Up = 0x8000, Move = 0x0800, Button1 = 0x1000 | 0x8000, Button1Up = 0x1000;
    private const ushort WheelUp = 0x0278, WheelDown = 0x0388;
    private const byte KeyReturn = 0x1C, KeyX = 0x2D, KeyBackspace = 0x0E;

    // Set 1 scancodes of letters, a user's most likely keys.
    private static readonly byte[] s_letters = [0x1E, 0x30, 0x2E, 0x20, 0x12, 0x21, 0x22, 0x23, 0x17, 0x25, 0x26, 0x32, 0x31, 0x18];

    private static readonly StringBuilder s_lines = new();
    private static readonly Random s_random = new(3);
    private static long s_start;
    private static Viewer s_viewer = null!;

    /// <summary>Runs it. <c>--keys</c> a scene (default 40); <c>--only wrapped</c> records the long line instead of all others.</summary>
    public static async Task<object> RunAsync(BenchmarkOptions options)
    {
        int keys = options.Number("keys", 40);
        var lab = Lab.Open();
        var host = lab.Hosts[Host];
        var (viewer, failure) = Viewer.Connect(
            host.Address, host.Port, o => o with { User = User, Password = lab.Password(Host, User), Security = RdpSecurity.Tls });
        using var owned = viewer ?? throw new InvalidOperationException($"{failure}");
        s_viewer = owned;
        owned.Settle(TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(15));
        owned.Click(200, 200);
        owned.Type("PS1='$ '; printf '\\033[?12h'; clear\r");
        Pause(1500);

        s_start = Stopwatch.GetTimestamp();
        owned.Watching = (in RdpPaint paint) =>
        {
            foreach (var area in paint.Damage)
            {
                Line($"area,{Micros(paint.ReceivedNanos)},{area.X},{area.Y},{area.Width},{area.Height}");
            }
        };
        Scene("rest", () => Pause(4000));
        if (options.Word("only") == "wrapped")
        {
            Wrapped(keys);
        }
        else
        {
            await UsualAsync(keys, lab);
        }

        await System.IO.File.WriteAllTextAsync(File, s_lines.ToString());
        return new { file = File, lines = s_lines.ToString().Count(c => c == '\n') };
    }

    // A line longer than the terminal, repeated by the program: the caret goes on far from where it was.
    private static void Wrapped(int keys)
    {
        Silently("cat\r");
        Scene("wrapped", () => Letters(110, 30, 60));
        Scene("return", () => Key(KeyReturn));
        Scene("corrected", () =>
        {
            for (int i = 0; i < keys; i++)
            {
                Key(i % 2 == 0 ? KeyX : KeyBackspace);
                Pause(80);
            }
        });
        Scene("on", () => Letters(keys, 90, 260));
    }

    private static async Task UsualAsync(int keys, Lab lab)
    {
        Scene("typing", () => Letters(keys, 90, 260));
        Scene("command", () => { Key(KeyReturn); Pause(800); Silently("seq 60\r"); });
        Scene("fast", () => Letters(keys, 12, 30));
        Scene("repeat", Repeat);
        Key(KeyReturn);
        Pause(500);
        Silently("read -s x\r");
        Scene("password", () => Letters(keys / 2, 120, 300));
        Key(KeyReturn);
        Pause(500);
        Silently("seq -f 'line %g of many' 60\r");
        Scene("pointer", Pointer);
        Silently("clear\r");
        await lab.CommandAsync("run", Host, User, "clock");
        Pause(2000);
        s_viewer.Click(200, 200);
        Scene("clock", () => { Pause(3000); Letters(keys, 90, 260); });
        await lab.CommandAsync("run", Host, User, "env", "SIZE=240x120", "video");
        Pause(2000);
        s_viewer.Click(200, 200);
        Scene("video", () => { Pause(1500); Letters(keys / 2, 90, 260); });
    }

    private static void Scene(string name, Action play)
    {
        Line($"scene,{Micros(Stopwatch.GetTimestamp())},{name}");
        play();
        Pause(1200);
        BenchmarkOptions.Say($"{name} done");
    }

    private static void Letters(int count, int shortestMillis, int longestMillis)
    {
        for (int i = 0; i < count; i++)
        {
            Key(s_letters[s_random.Next(s_letters.Length)]);
            Pause(s_random.Next(shortestMillis, longestMillis));
        }
    }

    private static void Repeat()
    {
        for (int i = 0; i < 30; i++)
        {
            Input(1, i == 0 ? (ushort)0 : Down, KeyX, 0);
            s_viewer.Press(KeyX);
            Pause(33);
        }

        Input(1, Up, KeyX, 0);
        s_viewer.Release(KeyX);
    }

    private static void Pointer()
    {
        for (int i = 0; i < 60; i++)
        {
            Mouse(Move, 300 + i * 6, 250 + i * 3);
            Pause(10);
        }

        for (int i = 0; i < 16; i++)
        {
            // The second of two clicks selects a word, the next one takes the selection away.
            Mouse(Button1, 120 + 90 * (i / 4), 200);
            Pause(30);
            Mouse(Button1Up, 120 + 90 * (i / 4), 200);
            Pause(i % 2 == 0 ? 90 : 700);
        }

        for (int i = 0; i < 16; i++)
        {
            Mouse(i % 8 < 4 ? WheelUp : WheelDown, 200, 200);
            Pause(250);
        }
    }

    private static void Silently(string text)
    {
        foreach (char unit in text)
        {
            Input(2, 0, unit, 0);
            s_viewer.Type(unit.ToString());
        }

        Pause(1200);
    }

    private static void Key(byte scancode)
    {
        Input(1, 0, scancode, 0);
        s_viewer.Press(scancode);
        Pause(s_random.Next(5, 60));
        Input(1, Up, scancode, 0);
        s_viewer.Release(scancode);
    }

    private static void Mouse(ushort flags, int x, int y)
    {
        Input(3, flags, x, y);
        s_viewer.Point(flags, x, y);
    }

    private static void Input(int kind, ushort flags, int a, int b) =>
        Line($"input,{Micros(Stopwatch.GetTimestamp())},{kind},{flags},{a},{b}");

    private static void Pause(int millis) => s_viewer.Pump(TimeSpan.FromMilliseconds(millis), () => false);

    private static long Micros(long nanos) => (nanos - s_start) / 1000;

    private static void Line(FormattableString line) => s_lines.Append(line.ToString(CultureInfo.InvariantCulture)).Append('\n');
}
