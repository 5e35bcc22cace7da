using System.Diagnostics;
using RemoteChain.Gateway.Latency.Correlation;
using RemoteChain.Surface;
using Xunit.Abstractions;

namespace RemoteChain.Gateway.Tests.Latency.Correlation;

public sealed class CorrelatorTests(ITestOutputHelper output)
{
    private const ushort Release = 0x8000;

    [Fact]
    public void Painted_BeforeTheFloorOfTheRoundTrip_AnswersNothing()
    {
        var scene = new Scene(1, floorNanos: 20 * Scene.Milli);
        var terminal = new Terminal(scene, blinks: false) { LatencyMillis = 25, JitterMillis = 0.5 };
        terminal.Type(30, 300, 400, "before");
        ulong key = scene.Send(InputKind.Scancode, 0, 0x1E);
        scene.At(19, () => scene.Paint(Terminal.Left + 30 * Terminal.Glyph, Terminal.Top, 2 * Terminal.Glyph, Terminal.Line));
        scene.Run(3);

        Assert.False(scene.Answers.Single(a => a.InputId == key).IsMatch);
    }

    [Fact]
    public void Painted_DesktopDrawnForTheFirstTime_IsNoHabitOfItsPlaces()
    {
        var scene = new Scene(3);
        for (int round = 0; round < 30; round++)
        {
            scene.At(round * 60, () =>
            {
                for (int line = 0; line < 20; line++)
                {
                    scene.Paint(Terminal.Left, Terminal.Top + line * Terminal.Line, 20 * Terminal.Glyph, Terminal.Line);
                }
            });
        }

        scene.Run(4);
        new Terminal(scene).Type(40, 150, 300, "judged");
        scene.Run(3);

        var score = scene.Judge("judged");
        Assert.True(score.Right >= 0.9 * score.Answered, $"{score.Right} right of {score.Answered}");
    }

    [Fact]
    public void Sent_WithoutAnyPicture_IsAnsweredInTime()
    {
        var correlator = new Correlator();
        correlator.Sent(new SentInput(7, InputKind.Scancode, 0, 0x1E, 0, 1000));

        correlator.Advance(1000 + Correlator.AnswerWindowNanos + Correlator.GraceNanos - 1);
        Assert.False(correlator.TryTake(out _));

        correlator.Advance(1000 + Correlator.AnswerWindowNanos + Correlator.GraceNanos);
        Assert.True(correlator.TryTake(out var answer));
        Assert.Equal(new Answer(7, Unmatched.NoPicture), answer);
        Assert.Equal(1, correlator.Counts.NoPicture);
    }

    [Fact]
    public void Sent_ToADesktopWhosePicturesBecomeKnownLate_WaitsLonger()
    {
        const long late = 3_000_000_000;
        var correlator = new Correlator { LateNanos = late };
        correlator.Sent(new SentInput(7, InputKind.Scancode, 0, 0x1E, 0, 1000));

        correlator.Advance(1000 + Correlator.AnswerWindowNanos + Correlator.GraceNanos + late - 1);
        Assert.False(correlator.TryTake(out _));

        correlator.Advance(1000 + Correlator.AnswerWindowNanos + Correlator.GraceNanos + late);
        Assert.True(correlator.TryTake(out _));
    }

    [Theory]
    [InlineData(InputKind.Scancode, Release, 0x1E)]
    [InlineData(InputKind.Scancode, 0, 0x2A)]
    [InlineData(InputKind.Unicode, Release, 'x')]
    [InlineData(InputKind.Synchronize, 0, 0)]
    [InlineData(InputKind.ReleaseAll, 0, 0)]
    public void Sent_WhatPaintsNothing_IsAnsweredAtOnceAndCountedApart(InputKind kind, ushort flags, int a)
    {
        var correlator = new Correlator();
        correlator.Sent(new SentInput(7, kind, flags, a, 0, 1000));

        Assert.True(correlator.TryTake(out var answer));
        Assert.Equal(Unmatched.NotExpected, answer.Reason);
        Assert.Equal((0, 1), (correlator.Counts.Expected, correlator.Counts.Silent));
    }

    [Fact]
    public void Sent_MoreThanMayWait_GivesUpTheOldest()
    {
        var correlator = new Correlator();
        for (ulong id = 1; id <= Correlator.WaitingMax + 3; id++)
        {
            correlator.Sent(new SentInput(id, InputKind.Scancode, 0, 0x1E, 0, 1000 + (long)id));
        }

        var given = new List<Answer>();
        while (correlator.TryTake(out var answer))
        {
            given.Add(answer);
        }

        Assert.Equal([1UL, 2, 3], given.Select(a => a.InputId));
        Assert.All(given, a => Assert.Equal(Unmatched.Crowded, a.Reason));
    }

    [Fact]
    public void Painted_InAnotherGeometry_GivesUpWhatWaited()
    {
        var scene = new Scene(1);
        ulong key = scene.Send(InputKind.Scancode, 0, 0x1E);
        scene.Paint(0, 0, 800, 600, generation: 1);
        scene.Paint(0, 0, 1024, 768, generation: 2);
        scene.Run(0.2);

        Assert.Equal(Unmatched.Reset, scene.Answers.Single(a => a.InputId == key).Reason);
    }

    [Fact]
    public void Sent_FromTwoFronts_EachFindsItsOwnPicture()
    {
        var scene = new Scene(4);
        var terminal = new Terminal(scene);
        scene.Run(3);
        scene.Phase = "clicks";
        for (int i = 0; i < 100; i++)
        {
            int x = 500 + scene.Random.Next(400), y = 300 + scene.Random.Next(300);
            scene.At(scene.Random.Next(200), () =>
            {
                scene.Phase = "clicks";
                ulong click = scene.Send(InputKind.Mouse, 0x9000, x, y, front: 2);
                scene.At(15 + scene.Spread(3), () => scene.Answered(click, scene.Paint(x - 30, y - 10, 80, 24)));
            });
            terminal.Type(2, 80, 300, "typing");
        }

        foreach (string phase in (string[])["typing", "clicks"])
        {
            var score = scene.Judge(phase);
            output.WriteLine($"{phase}: {score}");
            Assert.True(score.RightShare >= 0.95, $"{phase}: {score}");
            Assert.True(score.WrongShare <= 0.02, $"{phase}: {score}");
        }
    }

    [Fact]
    public void Answer_OfAPictureThatComesInParts_SaysFirstAndLast()
    {
        var scene = new Scene(1);
        scene.Run(1);
        long sent = scene.Now;
        ulong step = scene.Send(InputKind.Mouse, 0x0388, 400, 300);
        ulong first = 0;
        scene.At(10, () => first = scene.Paint(33, 200, 810, 200));
        scene.At(60, () => scene.Paint(33, 400, 810, 200));
        scene.At(120, () => scene.Paint(33, 200, 810, 200));
        scene.At(400, () => scene.Paint(33, 200, 810, 200));
        scene.Run(3);

        var answer = scene.Answers.Single(a => a.InputId == step);
        Assert.Equal(first, answer.DamageSequence);
        Assert.Equal((10, 120), ((answer.FirstChangeNanos - sent) / Scene.Milli, (answer.SettledNanos - sent) / Scene.Milli));
    }

    [Fact]
    public void Answers_OfOneFamily_KeepTheOrderOfTheInputs()
    {
        var scene = new Scene(5);
        var terminal = new Terminal(scene) { LatencyMillis = 60, JitterMillis = 20, FrameMillis = 30 };
        scene.Run(3);
        terminal.Type(400, 10, 200, "typing");
        scene.Run(3);

        var matched = scene.Answers.Where(a => a.IsMatch).OrderBy(a => a.InputId).Select(a => a.DamageSequence).ToList();
        Assert.True(matched.Count > 300);
        Assert.Equal(matched.Order(), matched);
    }

    [Fact]
    public void SentAndPainted_InTheSteadyState_AllocateNothing()
    {
        long empty = GC.GetAllocatedBytesForCurrentThread();
        var correlator = new Correlator();
        output.WriteLine($"{GC.GetAllocatedBytesForCurrentThread() - empty} bytes a session");
        long nanos = 1_000_000_000;
        Play(correlator, 2000, ref nanos);
        long before = GC.GetAllocatedBytesForCurrentThread();

        // The shortest of many short plays is what it takes when nothing else wants the processor.
        const int plays = 500, keys = 20;
        var shortest = TimeSpan.MaxValue;
        for (int i = 0; i < plays; i++)
        {
            long started = Stopwatch.GetTimestamp();
            Play(correlator, keys, ref nanos);
            var took = Stopwatch.GetElapsedTime(started);
            shortest = took < shortest ? took : shortest;
        }

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;
        double nanosPerEvent = shortest.TotalNanoseconds / (keys * 10);
        output.WriteLine($"{nanosPerEvent:F0} ns per input or area; {correlator.Counts}");
        Assert.Equal(0, allocated);
        Assert.True(nanosPerEvent < 10_000, $"{nanosPerEvent:F0} ns");
    }

    // For each key two inputs, its echo, and a strip of video seven times: ten events.
    private static void Play(Correlator correlator, int keys, ref long nanos)
    {
        ulong sequence = (ulong)nanos;
        for (int i = 0; i < keys; i++)
        {
            correlator.Sent(new SentInput((ulong)nanos, InputKind.Scancode, 0, 0x1E, 0, nanos));
            nanos += 5 * Scene.Milli;
            correlator.Painted(new PaintedArea(++sequence, new SurfaceRectangle(33 + i % 80 * 9, 52, 18, 18), 1, nanos));
            for (int strip = 0; strip < 7; strip++)
            {
                nanos += 20 * Scene.Milli;
                correlator.Painted(new PaintedArea(++sequence, new SurfaceRectangle(700, 500 + strip * 16, 320, 16), 1, nanos));
            }

            correlator.Sent(new SentInput((ulong)nanos, InputKind.Scancode, Release, 0x1E, 0, nanos));
            while (correlator.TryTake(out _))
            {
            }
        }
    }
}
