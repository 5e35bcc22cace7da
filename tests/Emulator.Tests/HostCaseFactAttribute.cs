using RemoteChain.Emulator.Tests.Cases;

namespace RemoteChain.Emulator.Tests;

/// <summary>A test that compares with the processor under us: it needs a kernel that runs 32-bit programs.</summary>
public sealed class HostCaseFactAttribute : FactAttribute
{
    public HostCaseFactAttribute()
    {
        if (!Host32.RunsPrograms) Skip = "the kernel of this host runs no 32-bit programs: nothing to compare with";
    }
}
