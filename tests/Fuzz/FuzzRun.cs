using System.Diagnostics;

namespace RemoteChain.Fuzz;

/// <summary>Mutates and feeds until the time is over or something is found.</summary>
static class FuzzRun
{
    /// <summary>Most mutations on one input.</summary>
    const int MutationsMax = 8;

    static readonly byte[] s_interesting = [0, 1, 2, 3, 4, 16, 32, 64, 100, 127, 128, 254, 255];

    internal static (long Inputs, string? Finding) For(FuzzTarget target, TimeSpan time, int seed)
    {
        var random = new Random(seed);
        var inputs = 0L;
        for (var watch = Stopwatch.StartNew(); watch.Elapsed < time;)
        {
            for (var i = 0; i < 1000; i++, inputs++)
            {
                var input = Mutate(target.Seeds, random);
                try
                {
                    target.Feed(input);
                }
                catch (Exception e)
                {
                    return (inputs, $"{e}\ninput: {Convert.ToHexString(input)}");
                }
            }
        }
        return (inputs, null);
    }

    static byte[] Mutate(IReadOnlyList<byte[]> seeds, Random random)
    {
        var input = seeds[random.Next(seeds.Count)].ToArray();
        for (var i = random.Next(MutationsMax + 1); i > 0; i--) input = MutateOnce(input, seeds, random);
        return input;
    }

    static byte[] MutateOnce(byte[] input, IReadOnlyList<byte[]> seeds, Random random)
    {
        if (input.Length == 0) return [(byte)random.Next(256)];
        var at = random.Next(input.Length);
        switch (random.Next(7))
        {
            case 0:
                input[at] ^= (byte)(1 << random.Next(8));
                return input;
            case 1:
                input[at] = s_interesting[random.Next(s_interesting.Length)];
                return input;
            case 2:
                input[at] = (byte)random.Next(256);
                return input;
            case 3:
                return input[..at];
            case 4:
                return [.. input[..at], .. input[random.Next(at + 1)..]];
            case 5:
                input.AsSpan(at, Math.Min(random.Next(1, 9), input.Length - at)).Fill(random.Next(2) == 0 ? (byte)0 : (byte)0xFF);
                return input;
            default:
                var other = seeds[random.Next(seeds.Count)];
                return [.. input[..at], .. other.AsSpan(Math.Min(at, other.Length))];
        }
    }
}
