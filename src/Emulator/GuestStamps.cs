namespace RemoteChain.Emulator;

/// <summary>When the last input that a picture answers passed its stations inside of the guest. Nanoseconds of the monotonic clock; 0 = not yet,
/// or not known.</summary>
/// <param name="InputId">Which input, as it was posted; 0 = none.</param>
/// <param name="InterruptNanos">The processor took the interrupt that told of it.</param>
/// <param name="ReadNanos">The guest read the last byte of it.</param>
/// <param name="WrittenNanos">The guest's first write to video memory after that.</param>
public readonly record struct GuestStamps(ulong InputId, long InterruptNanos, long ReadNanos, long WrittenNanos);
