namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stations of an input inside of an emulated machine, on the clock of all stamps.</summary>
/// <param name="InterruptNanos">The guest's processor took the interrupt that told of it.</param>
/// <param name="ReadNanos">The guest had read it.</param>
public readonly record struct GuestTimes(long InterruptNanos, long ReadNanos);
