namespace RemoteChain.Gateway.Latency.Correlation;

/// <summary>How many inputs found their picture, since the correlator was made.</summary>
/// <param name="Expected">Inputs of which a picture was expected and whose answer is decided: key and button presses, wheel steps.</param>
/// <param name="Matched">Those that have one.</param>
/// <param name="Shared">Those of the matched whose picture answers others too.</param>
/// <param name="NoPicture">See <see cref="Unmatched.NoPicture"/>; this and the next three count expected inputs only.</param>
/// <param name="Background">See <see cref="Unmatched.Background"/>.</param>
/// <param name="Ambiguous">See <see cref="Unmatched.Ambiguous"/>.</param>
/// <param name="Overtaken">See <see cref="Unmatched.Overtaken"/>.</param>
/// <param name="GivenUp">See <see cref="Unmatched.Crowded"/> and <see cref="Unmatched.Reset"/>.</param>
/// <param name="Silent">Inputs that usually paint nothing: no picture was looked for.</param>
/// <param name="Hovers">Pointer moves and button releases.</param>
/// <param name="HoversMatched">Those that have a picture.</param>
/// <param name="Surrogates">Expected inputs that were also tried at a time at which they were not sent.</param>
/// <param name="SurrogatesMatched">Those that found a picture nevertheless.</param>
public readonly record struct MatchCounts(
    long Expected, long Matched, long Shared, long NoPicture, long Background, long Ambiguous, long Overtaken, long GivenUp,
    long Silent, long Hovers, long HoversMatched, long Surrogates, long SurrogatesMatched)
{
    /// <summary>Matched of the expected, 0 to 1; null before the first.</summary>
    public double? MatchRate => Expected == 0 ? null : (double)Matched / Expected;

    /// <summary>How likely an input that paints nothing is matched all the same, 0 to 1, measured with inputs that were not sent;
    /// null before the first. Of all matches, at most about this share is false.</summary>
    public double? ChanceRate => Surrogates == 0 ? null : (double)SurrogatesMatched / Surrogates;
}
