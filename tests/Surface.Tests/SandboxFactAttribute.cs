using System.Diagnostics;

namespace RemoteChain.Surface.Tests;

/// <summary>A test that needs bubblewrap and user namespaces.</summary>
public sealed class SandboxFactAttribute : FactAttribute
{
    static readonly Lazy<string?> s_problem = new(() =>
    {
        try
        {
            using var probe = Process.Start(new ProcessStartInfo("bwrap", ["--bind", "/", "/", "--unshare-user", "--cap-drop", "ALL", "true"])
                { RedirectStandardError = true })!;
            var error = probe.StandardError.ReadToEnd().Trim();
            probe.WaitForExit();
            return probe.ExitCode == 0 ? null : $"bubblewrap cannot make a user namespace here: {error}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "bubblewrap (bwrap) is not installed";
        }
    });

    public SandboxFactAttribute() => Skip = s_problem.Value;
}
