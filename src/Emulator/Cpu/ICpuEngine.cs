namespace RemoteChain.Emulator.Cpu;

/// <summary>What turns guest instructions into work: the interpreter now, a translator beside it later. Both leave the same state behind after
/// the same number of instructions.</summary>
interface ICpuEngine
{
    /// <summary>Runs exactly so many instructions, or fewer when the guest halts or asks for something.</summary>
    EngineExit Run(long instructions);
}

/// <summary>Why the engine came back.</summary>
enum EngineExit
{
    /// <summary>All instructions of the slice are done.</summary>
    Count,

    /// <summary>HLT: nothing happens before an interrupt.</summary>
    Halted,

    /// <summary>A device has an event that is due earlier than the slice's end.</summary>
    Event,

    /// <summary>A fault while a double fault was delivered: a real processor resets.</summary>
    Shutdown,
}
