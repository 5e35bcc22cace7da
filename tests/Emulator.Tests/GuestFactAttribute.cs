namespace RemoteChain.Emulator.Tests;

/// <summary>A test that starts what deploy/steps/guests.sh, or `remotechain template build memtest`, fetches.</summary>
public sealed class GuestFactAttribute : FactAttribute
{
    internal static string Folder { get; } = Environment.GetEnvironmentVariable("REMOTECHAIN_GUESTS")
        ?? Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache/remotechain/guests");

    /// <param name="files">What it needs, in that cache; nothing = the kernel.</param>
    public GuestFactAttribute(params string[] files)
    {
        var missing = (files.Length > 0 ? files : ["vmlinux"]).FirstOrDefault(file => !File.Exists(Find(file)));
        if (missing is not null) Skip = $"no {missing} in {Folder}: run deploy/steps/guests.sh, or ./remotechain template build memtest for firmware";
    }

    internal static string Find(string file) => Path.Combine(Folder, file);
}
