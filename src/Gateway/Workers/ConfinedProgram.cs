namespace RemoteChain.Gateway.Workers;

/// <summary>A program of ours that runs in the sandbox, in a folder of its own beside the node.</summary>
/// <param name="Executable">Its path.</param>
/// <param name="Arguments">Besides the control socket.</param>
/// <param name="MemoryBytesMax">Memory of its control group.</param>
public sealed record ConfinedProgram(string Executable, IReadOnlyList<string> Arguments, long MemoryBytesMax);
