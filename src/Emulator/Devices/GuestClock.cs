namespace RemoteChain.Emulator.Devices;

/// <summary>Guest time: nothing but the instruction count.</summary>
/// <param name="count">The exact count at the instruction that asks.</param>
sealed class GuestClock(Func<long> count)
{
    /// <summary>A machine of 250 million instructions a second; the time stamp counter counts them.</summary>
    internal const long InstructionsPerSecond = 250_000_000;

    internal long Now => count();

    /// <summary>Ticks of a device's own frequency until now.</summary>
    internal long Ticks(long perSecond) => (long)((UInt128)(ulong)Now * (ulong)perSecond / InstructionsPerSecond);

    /// <summary>The first count at which that many ticks have passed.</summary>
    internal static long CountAt(long ticks, long perSecond) =>
        (long)(((UInt128)(ulong)ticks * InstructionsPerSecond + (ulong)perSecond - 1) / (ulong)perSecond);
}
