using RemoteChain.Emulator.Tests.Cases;

namespace RemoteChain.Emulator.Tests;

/// <summary>A fixed subset of what <c>bench machine-cases</c> runs: single instructions, in a small process on the processor under us and in the
/// emulator, with the same memory, segments and faults.</summary>
public sealed class MachineCaseTests
{
    const int Cases = 40_000;

    [HostCaseFact]
    public void Instruction_OfAnyKindWithFaultsAndSegments_DoesWhatTheHostDoes()
    {
        using MachineCases cases = new(20261129);

        cases.Run(Cases);

        Assert.True(cases.Different == 0, $"{cases.Different} of {cases.Done} cases differ:\n{string.Join('\n', cases.Differences)}");
        Assert.InRange(cases.Mnemonics.Count, 400, 2000);
        Assert.InRange(cases.Faulted, Cases / 50, Cases / 2);
    }
}
