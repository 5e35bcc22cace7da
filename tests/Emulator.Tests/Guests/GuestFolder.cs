namespace RemoteChain.Emulator.Tests.Guests;

/// <summary>What deploy/steps/guests.sh and template.sh have fetched.</summary>
static class GuestFolder
{
    internal static string Place { get; } = Environment.GetEnvironmentVariable("REMOTECHAIN_GUESTS") is { Length: > 0 } named ? named
        : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/remotechain/guests");

    internal static string Find(string file) => Path.Combine(Place, file);

    internal static bool Has(string file) => File.Exists(Find(file));

    internal static byte[] Read(string file) => File.ReadAllBytes(Find(file));
}
