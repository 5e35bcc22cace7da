using RemoteChain.Emulator.Tests.Guests;

namespace RemoteChain.Emulator.Tests;

/// <summary>A test that starts what deploy/steps/guests.sh, or `remotechain template build`, fetches.</summary>
public sealed class GuestFactAttribute : FactAttribute
{
    /// <param name="files">What it needs, in that cache; nothing = the kernel.</param>
    public GuestFactAttribute(params string[] files)
    {
        var missing = (files.Length > 0 ? files : ["vmlinux", "busybox"]).FirstOrDefault(file => !GuestFolder.Has(file));
        if (missing is not null) Skip = $"no {missing} in {GuestFolder.Place}: run deploy/steps/guests.sh, or ./remotechain template build NAME for its folder";
    }
}
