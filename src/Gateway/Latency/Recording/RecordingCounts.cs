namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>What a session's recorder has seen since it began.</summary>
/// <param name="Inputs">Inputs that went to the host.</param>
/// <param name="Paints">Damage entries.</param>
/// <param name="Samples">Samples made.</param>
/// <param name="Lost">Times that stamps were overwritten before they were read, or were not to be believed.</param>
/// <param name="Unshown">Answers that the input's own front never sent.</param>
/// <param name="Impossible">Answers whose stamps contradict each other.</param>
public readonly record struct RecordingCounts(long Inputs, long Paints, long Samples, long Lost, long Unshown, long Impossible);
