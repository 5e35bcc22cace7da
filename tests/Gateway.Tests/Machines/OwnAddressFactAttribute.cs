using RemoteChain.Harness;

namespace RemoteChain.Gateway.Tests.Machines;

/// <summary>A test that reaches this host by an address of its own: loopback is what a machine's network never reaches.</summary>
public sealed class OwnAddressFactAttribute : FactAttribute
{
    /// <summary>Skips where there is nothing but loopback.</summary>
    public OwnAddressFactAttribute()
    {
        if (OwnAddress.First is null) Skip = "this host has no address but loopback's";
    }
}
