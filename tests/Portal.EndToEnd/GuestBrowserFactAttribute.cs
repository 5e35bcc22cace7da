using RemoteChain.Gateway.Machines;

namespace RemoteChain.Portal.EndToEnd;

/// <summary>A test that needs a browser and the shipped guest that boots Linux; skipped, with the reason, where one of them is missing.</summary>
public sealed class GuestBrowserFactAttribute : FactAttribute
{
    static readonly string[] s_files = ["vmlinuz", "vmlinux", "debian-shell.cpio"];

    public GuestBrowserFactAttribute() => Skip = Browser.Missing
        ?? (s_files.All(file => File.Exists(Path.Combine(GuestFiles.FolderDefault, file))) ? null : $"no guests in {GuestFiles.FolderDefault}: run deploy/steps/guests.sh");
}
