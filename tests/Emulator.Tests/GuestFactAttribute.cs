namespace RemoteChain.Emulator.Tests;

/// <summary>A test that boots what deploy/steps/guests.sh fetches.</summary>
public sealed class GuestFactAttribute : FactAttribute
{
    internal static string Folder { get; } = Environment.GetEnvironmentVariable("REMOTECHAIN_GUESTS")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/remotechain/guests");

    public GuestFactAttribute()
    {
        if (!File.Exists(Path.Combine(Folder, "vmlinux"))) Skip = $"no kernel in {Folder}: run deploy/steps/guests.sh";
    }
}
