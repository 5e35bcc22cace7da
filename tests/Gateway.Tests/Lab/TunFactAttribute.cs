namespace RemoteChain.Gateway.Tests.Lab;

/// <summary>A test that makes network devices.</summary>
public sealed class TunFactAttribute : FactAttribute
{
    public TunFactAttribute()
    {
        if (!Environment.IsPrivilegedProcess) Skip = "making network devices needs root";
        else if (!File.Exists("/dev/net/tun")) Skip = "this kernel has no /dev/net/tun";
    }
}
