namespace RemoteChain.Machines.EndToEnd;

/// <summary>A test that boots what deploy/steps/guests.sh fetches.</summary>
public sealed class GuestFactAttribute : FactAttribute
{
    internal static readonly string[] Files = ["vmlinuz", "vmlinux", "debian-shell.cpio"];

    internal static string Folder => Gateway.Machines.GuestFiles.FolderDefault;

    /// <param name="more">What it needs besides the kernel and its first file system.</param>
    public GuestFactAttribute(params string[] more)
    {
        if (Files.Concat(more).Any(file => !File.Exists(Path.Combine(Folder, file)))) Skip = $"no guests in {Folder}: run deploy/steps/guests.sh";
    }
}
