namespace RemoteChain.Emulator;

/// <summary>Why a machine stopped running.</summary>
public enum MachineStop
{
    /// <summary>The count that was asked for is reached.</summary>
    Count,

    /// <summary>The guest pulled the reset line.</summary>
    Reset,

    /// <summary>A fault that could not be delivered (a triple fault): a real machine would reset.</summary>
    Shutdown,

    /// <summary>The guest halted with interrupts off: nothing can wake it.</summary>
    Halted,
}
