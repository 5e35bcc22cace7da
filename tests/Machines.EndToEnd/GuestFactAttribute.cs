namespace RemoteChain.Machines.EndToEnd;

/// <summary>A test that boots what deploy/steps/guests.sh fetches.</summary>
public sealed class GuestFactAttribute : FactAttribute
{
    internal static readonly string[] Files = ["vmlinuz", "vmlinux", "debian-shell.cpio"];

    internal static string Folder => Gateway.Machines.GuestFiles.FolderDefault;

    public GuestFactAttribute()
    {
        if (Files.Any(file => !File.Exists(Path.Combine(Folder, file)))) Skip = $"no guests in {Folder}: run deploy/steps/guests.sh";
    }
}
