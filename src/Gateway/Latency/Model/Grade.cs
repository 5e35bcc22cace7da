namespace RemoteChain.Gateway.Latency.Model;

/// <summary>How a figure was obtained. The order is from best to worst: what is made of several parts has the worst of their grades.</summary>
public enum Grade : byte
{
    /// <summary>M: both ends were stamped on one clock.</summary>
    Measured,

    /// <summary>D: a difference of durations that were each measured on one clock.</summary>
    Difference,

    /// <summary>E: an estimate from probes; it has an interval.</summary>
    Estimate,

    /// <summary>P: only the sum of several stages is known, and this is that sum.</summary>
    Pooled,

    /// <summary>X: cannot be known from here.</summary>
    Unidentifiable,
}

/// <summary>The letters that reports print.</summary>
public static class GradeLetter
{
    /// <summary>M, D, E, P or X.</summary>
    public static char Letter(this Grade grade) => "MDEPX"[(int)grade];
}
