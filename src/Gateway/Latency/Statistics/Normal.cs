namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>The normal distribution, as far as tests need it.</summary>
internal static class Normal
{
    /// <summary>Standard deviations that enclose 95 %.</summary>
    public const double NinetyFive = 1.96;

    /// <summary>Student's t as the standard deviations of a normal distribution with the same probability (Wallace 1959).</summary>
    public static double OfStudent(double t, double freedom) => Math.CopySign(
        (8 * freedom + 1) / (8 * freedom + 3) * Math.Sqrt(freedom * Math.Log(1 + t * t / freedom)), t);

    /// <summary>Probability of being at least this many standard deviations away on either side: 2·(1 − Φ(|z|)), good to 1 % for all z
    /// (continued fraction of Mills' ratio in the tail, series near the middle).</summary>
    public static double TwoSided(double z)
    {
        double x = Math.Abs(z);
        double density = Math.Exp(-x * x / 2) / Math.Sqrt(2 * Math.PI);
        if (x < 2.5)
        {
            double term = x, sum = x;
            for (int i = 1; i < 40; i++)
            {
                term *= x * x / (2 * i + 1);
                sum += term;
            }

            return Math.Max(0, 1 - 2 * density * sum);
        }

        double ratio = x;
        for (int i = 30; i >= 1; i--)
        {
            ratio = x + i / ratio;
        }

        return 2 * density / ratio;
    }
}
