namespace RemoteChain.Benchmarks.Blame;

/// <summary>Which runs a campaign has, in random order.</summary>
public static class BlamePlan
{
    private static readonly string[] s_places = [.. BlamePlace.All.Where(place => place.Road == BlamePlace.Direct).Select(place => place.Place)];

    private static readonly (string Road, string Place)[] s_quick =
    [
        ("wireguard", "vpn/transport"), ("wireguard", "site/transport"), ("wireguard", "host/application"), ("ssh", "ssh/transport"),
        ("relay", "relay/inside"), ("nested", "nested/application"), ("nested", "vpn/transport"),
    ];

    private static readonly (string, string)[] s_pairs =
    [
        ("gateway/decode", "host/application"), ("gateway/forward", "gateway/encode"), ("network/transport", "gateway/publish"),
        ("gateway/receive", "host/application"),
    ];

    /// <summary>Every place with every size, shape and load, as often as wanted; a fifth of it in shams.</summary>
    public static List<PlannedRun> Full(int repeats, Random random)
    {
        var runs = new List<PlannedRun>();
        for (int i = 0; i < repeats; i++)
        {
            foreach (string load in (string[])["idle", "busy"])
            {
                foreach (string shape in (string[])["constant", "intermittent", "jitter"])
                {
                    foreach (double delay in (double[])[2, 5, 20, 100])
                    {
                        // The seat has one session, and it is idle.
                        runs.AddRange(s_places.Where(place => load == "idle" || place != "user/transport").Select(place => One(place, delay, shape, load)));
                    }
                }

                runs.AddRange(s_pairs.SelectMany(pair => ((double[])[5, 20]).Select(delay => Two(pair, delay, load))));
                runs.AddRange(((double[])[5, 20, 100]).Select(delay => ProbePath(delay, load)));
                runs.AddRange(Enumerable.Range(0, 22).Select(_ => new PlannedRun(RunKind.Sham, [], load)));
            }

            foreach (var place in OfHops())
            {
                runs.AddRange(((double[])[5, 20, 100]).Select(delay => One(place.Place, delay, "constant", "idle") with { Road = place.Road }));
                runs.AddRange(((string[])["intermittent", "jitter"]).Select(shape => One(place.Place, 20, shape, "idle") with { Road = place.Road }));
                runs.AddRange(Enumerable.Range(0, 2).Select(_ => new PlannedRun(RunKind.Sham, [], "idle", place.Road)));
            }
        }

        return Shuffled(runs, random);
    }

    /// <summary>A cut through the full one that fits into ten minutes with four sessions side by side.</summary>
    public static List<PlannedRun> Quick(Random random)
    {
        List<PlannedRun> runs = [.. s_places.Select(place => One(place, 20, "constant", "idle")), .. s_places.Select(place => One(place, 5, "constant", "idle"))];
        runs.AddRange(s_places.Where(place => place.StartsWith("gateway/", StringComparison.Ordinal)).Select(place => One(place, 2, "constant", "idle")));
        foreach (string place in (string[])["gateway/decode", "gateway/forward", "host/application"])
        {
            runs.AddRange([One(place, 20, "jitter", "idle"), One(place, 100, "intermittent", "idle"), One(place, 20, "constant", "busy"), One(place, 5, "constant", "busy")]);
        }

        runs.Add(One("network/transport", 20, "constant", "busy"));
        runs.AddRange(s_pairs.Select(pair => Two(pair, 20, "idle")));
        runs.AddRange([ProbePath(20, "idle"), ProbePath(100, "idle"), ProbePath(20, "busy")]);
        runs.AddRange(Enumerable.Range(0, 9).Select(i => new PlannedRun(RunKind.Sham, [], i % 3 == 2 ? "busy" : "idle")));
        // All hops are on one thread: few runs are what the time allows.
        runs.AddRange(OfHops().Where(place => s_quick.Contains((place.Road, place.Place))).Select(place => One(place.Place, 20, "constant", "idle") with { Road = place.Road }));
        runs.Add(new PlannedRun(RunKind.Sham, [], "idle", "wireguard"));
        return Shuffled(runs, random);
    }

    /// <summary>Faults in front of an emulated machine and in it, whose own stamps are the truth.</summary>
    public static List<PlannedRun> Echo(int repeats, Random random)
    {
        var runs = new List<PlannedRun>();
        for (int i = 0; i < repeats; i++)
        {
            runs.AddRange(BlamePlace.All.Where(place => place.Road == BlamePlace.Machine).Select(place => One(place.Place, 20, "constant", "idle")));
            runs.AddRange(((string[])["gateway/forward", "user/transport", BlamePlace.MachineApplication]).Select(place => One(place, 5, "constant", "idle")));
            runs.Add(Two(("gateway/forward", BlamePlace.MachineApplication), 20, "idle"));
            runs.AddRange(Enumerable.Range(0, 2).Select(_ => new PlannedRun(RunKind.Sham, [], "idle")));
        }

        return Shuffled([.. runs.Select(run => run with { Road = BlamePlace.Machine })], random);
    }

    private static IEnumerable<BlamePlace> OfHops() => BlamePlace.All.Where(place => place.Road is not (BlamePlace.Direct or BlamePlace.Machine));

    private static PlannedRun One(string place, double delayMillis, string shape, string load) =>
        new(RunKind.Fault, [new(place, delayMillis, shape)], load);

    private static PlannedRun Two((string First, string Second) places, double delayMillis, string load) =>
        new(RunKind.Fault, [new(places.First, delayMillis), new(places.Second, delayMillis)], load);

    private static PlannedRun ProbePath(double delayMillis, string load) =>
        new(RunKind.ProbePath, [new("network/transport", delayMillis)], load);

    private static List<PlannedRun> Shuffled(List<PlannedRun> runs, Random random)
    {
        var shuffled = runs.ToArray();
        random.Shuffle(shuffled);
        return [.. shuffled];
    }
}
