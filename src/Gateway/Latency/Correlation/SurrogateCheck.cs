namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>Whether the matches may be believed.</summary>
public enum SurrogateVerdict : byte
{
    /// <summary>Too few inputs, or too little stands out against the surrogates.</summary>
    TooFew,

    /// <summary>The medians agree.</summary>
    Agrees,

    /// <summary>They do not: the matches are not to be trusted.</summary>
    Distrust,
}

/// <summary>
/// The matches against a control that matches nothing: how often a picture follows an input by this much time, minus how often one
/// follows the same inputs shifted by seconds. What is left over is the distribution of latencies.
/// </summary>
/// <param name="Verdict">What the comparison says.</param>
/// <param name="Inputs">Inputs that the control has seen, older ones counting less.</param>
/// <param name="ExcessPerInput">Pictures per input that stand out in the control's peak; about the share of inputs that paint.</param>
/// <param name="ControlMedianNanos">Median latency by the control; 0 when there are too few.</param>
/// <param name="MatchedMedianNanos">Median latency by the matches; 0 when there are too few.</param>
public readonly record struct SurrogateCheck(
    SurrogateVerdict Verdict, double Inputs, double ExcessPerInput, long ControlMedianNanos, long MatchedMedianNanos);
