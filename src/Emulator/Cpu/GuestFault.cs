namespace RemoteChain.Emulator.Cpu;

/// <summary>An exception of the guest (SDM volume 3, section 6.15): thrown where it is found, delivered by the engine. Whoever throws has
/// changed nothing that the instruction would do again.</summary>
/// <param name="vector">Number of the exception.</param>
/// <param name="code">Error code, for those that push one.</param>
sealed class GuestFault(int vector, uint code = 0) : Exception($"guest exception {vector} ({code:x})")
{
    internal const int Divide = 0, Debug = 1, Breakpoint = 3, Overflow = 4, Bound = 5, InvalidOpcode = 6, NoFloat = 7, Double = 8;
    internal const int InvalidTask = 10, NotPresent = 11, Stack = 12, Protection = 13, Page = 14, Float = 16, Alignment = 17, SimdFloat = 19;

    internal int Vector => vector;

    internal uint Code => code;

    /// <summary>Where the guest finds the fault, when it is not the instruction that ran: a task switch that got as far as the new task.</summary>
    internal ulong? Ip { get; init; }

    /// <summary>Pushed flags carry RF, so that a breakpoint on the instruction is not met again when it is repeated.</summary>
    internal bool IsFault => vector is not (Debug or Breakpoint or Overflow or Double);

    internal bool HasCode => vector is Double or (>= InvalidTask and <= Page) or Alignment;
}
