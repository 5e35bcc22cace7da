using RemoteChain.Emulator.Tests.Cases;

namespace RemoteChain.Emulator.Tests;

/// <summary>A test that compares with the processor under us.</summary>
public sealed class HostCaseFactAttribute : FactAttribute
{
    public HostCaseFactAttribute()
    {
        if (HostProcess.Missing is { } missing) Skip = $"nothing to compare with: {missing}";
    }
}
