using RemoteChain.Gateway.Latency.Correlation;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

/// <summary>
/// A user and a host on paper: things are planned for points in time and happen in that order. Inputs and areas go to a correlator as
/// they happen; which area truly answers which input is written down beside.
/// </summary>
internal sealed class Scene
{
    internal const long Milli = 1_000_000, Second = 1000 * Milli;

    private readonly PriorityQueue<Action, (long, long)> _plan = new();
    private readonly Dictionary<ulong, ulong> _truth = [];
    private readonly Dictionary<ulong, string> _phases = [];
    private readonly Dictionary<ulong, long> _sent = [];
    private readonly Dictionary<ulong, (long Nanos, SurfaceRectangle Area)> _painted = [];
    private long _planned;
    private ulong _inputs, _areas;

    internal Scene(int seed, long floorNanos = 0)
    {
        Random = new Random(seed);
        Correlator = new Correlator(floorNanos);
        At(0, Tick);
    }

    internal Random Random { get; }

    internal Correlator Correlator { get; }

    /// <summary>What inputs from now on are judged under.</summary>
    internal string Phase { get; set; } = "";

    internal long Now { get; private set; } = Second;

    internal List<Answer> Answers { get; } = [];

    /// <summary>Does something after a time; things of the same time happen in the order in which they were planned.</summary>
    internal void At(double millisFromNow, Action action) => _plan.Enqueue(action, (Now + (long)(millisFromNow * Milli), _planned++));

    /// <summary>Does something again and again.</summary>
    internal void Every(double millis, double jitterMillis, Action action) => At(millis + Spread(jitterMillis), () =>
    {
        action();
        Every(millis, jitterMillis, action);
    });

    /// <summary>Plays a video of 320 by 240 at 30 frames a second, as a host sends it: in strips, one after the other.</summary>
    internal void PlayVideo(int left, int top) => Every(1000.0 / 30, 1, () =>
    {
        for (int strip = 0; strip < 15; strip++)
        {
            int y = top + strip * 16;
            At(strip * 0.6, () => Paint(left, y, 320, 16));
        }
    });

    /// <summary>Lets time pass.</summary>
    internal void Run(double seconds)
    {
        long end = Now + (long)(seconds * Second);
        while (_plan.TryPeek(out _, out var due) && due.Item1 <= end)
        {
            Now = due.Item1;
            _plan.Dequeue()();
        }

        Now = end;
    }

    /// <summary>Sends an input; until <see cref="Answered"/> says otherwise, nothing answers it.</summary>
    internal ulong Send(InputKind kind, ushort flags, int a, int b = 0, int front = 1)
    {
        ulong id = ((ulong)front << 48) + ++_inputs;
        _truth[id] = 0;
        _sent[id] = Now;
        _phases[id] = Phase;
        Correlator.Sent(new SentInput(id, kind, flags, a, b, Now));
        return id;
    }

    /// <summary>Paints an area; returns its number.</summary>
    internal ulong Paint(int x, int y, int width, int height, uint generation = 1)
    {
        _painted[_areas + 1] = (Now, new(x, y, width, height));
        Correlator.Painted(new PaintedArea(++_areas, new SurfaceRectangle(x, y, width, height), generation, Now));
        return _areas;
    }

    /// <summary>Notes the truth.</summary>
    internal void Answered(ulong input, ulong area) => _truth[input] = area;

    /// <summary>Normal noise, cut at three times its width.</summary>
    internal double Spread(double millis) =>
        millis * Math.Clamp(Math.Sqrt(-2 * Math.Log(1 - Random.NextDouble())) * Math.Cos(2 * Math.PI * Random.NextDouble()), -3, 3);

    /// <summary>How the expected inputs of a phase fared, after everything was decided.</summary>
    internal Score Judge(string phase)
    {
        Run(3);
        var misses = new List<string>();
        int answered = 0, right = 0, wrong = 0, silent = 0;
        foreach (var answer in Answers.Where(a => _phases[a.InputId] == phase && a.Reason != Unmatched.NotExpected))
        {
            ulong truth = _truth[answer.InputId];
            answered += truth != 0 ? 1 : 0;
            silent += truth == 0 ? 1 : 0;
            right += answer.IsMatch && answer.DamageSequence == truth ? 1 : 0;
            wrong += answer.IsMatch && answer.DamageSequence != truth ? 1 : 0;
            if (answer.DamageSequence != truth)
            {
                string got = Say(answer, answer.DamageSequence);
                misses.Add($"{answer.Reason}, margin {answer.Margin:F1}: got {got}, true is {Say(answer, truth)}");
            }
        }

        return new Score(answered, silent, right, wrong, misses);
    }

    private string Say(in Answer answer, ulong area) => area == 0
        ? "none"
        : $"{_painted[area].Area.X},{_painted[area].Area.Y} {_painted[area].Area.Width}x{_painted[area].Area.Height} after "
            + $"{(_painted[area].Nanos - _sent[answer.InputId]) / (double)Milli:F1} ms";

    private void Tick()
    {
        Correlator.Advance(Now);
        while (Correlator.TryTake(out var answer))
        {
            Answers.Add(answer);
        }

        At(100, Tick);
    }
}

/// <summary>What a correlator got right.</summary>
/// <param name="Answered">Inputs that were truly answered.</param>
/// <param name="Unanswered">Inputs that painted nothing.</param>
/// <param name="Right">Matched with the true area.</param>
/// <param name="Wrong">Matched with another.</param>
/// <param name="Misses">What was got wrong, in words.</param>
internal sealed record Score(int Answered, int Unanswered, int Right, int Wrong, IReadOnlyList<string> Misses)
{
    internal int Inputs => Answered + Unanswered;

    internal double RightShare => (double)Right / Answered;

    internal double WrongShare => (double)Wrong / Inputs;
}
