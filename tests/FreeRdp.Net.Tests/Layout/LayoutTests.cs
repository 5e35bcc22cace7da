using System.Diagnostics;

namespace FreeRdp.Net.Tests.Layout;

public sealed class LayoutTests
{
    [LayoutFact]
    public void Layouts_CompiledAgainstInstalledHeaders_Hold()
    {
        var (ok, output) = Compiler.Check(LayoutSource.Write());
        Assert.True(ok, output);
    }

    [LayoutFact]
    public void Layouts_OneSlotMoved_IsNoticed()
    {
        var moved = LayoutSource.Write().Replace("offsetof(freerdp, PostConnect) == 392", "offsetof(freerdp, PostConnect) == 400");
        var (ok, output) = Compiler.Check(moved);
        Assert.False(ok);
        Assert.Contains("freerdp.PostConnect offset", output);
    }

    [LayoutFact]
    public void Layouts_OneParameterMissing_IsNoticed()
    {
        var source = LayoutSource.Write();
        const string right = "abi<decltype(&freerdp_connect)>::is<4, 8>()";
        Assert.Contains(right, source);
        var (ok, output) = Compiler.Check(source.Replace(right, "abi<decltype(&freerdp_connect)>::is<4>()"));
        Assert.False(ok);
        Assert.Contains("freerdp_connect", output);
    }
}

/// <summary>Skips where there is no compiler or no headers.</summary>
public sealed class LayoutFactAttribute : FactAttribute
{
    public LayoutFactAttribute() => Skip = Compiler.WhyMissing;
}

internal static class Compiler
{
    private const string Packages = "freerdp3 freerdp-client3 freerdp-server3 winpr3";

    public static string? WhyMissing { get; } = FindMissing();

    public static (bool Ok, string Output) Check(string source)
    {
        var (_, flags) = Run("pkg-config", $"--cflags {Packages}", "");
        var (code, output) = Run("g++", $"-std=c++17 -fsyntax-only -w -x c++ {flags.Trim()} -", source);
        return (code == 0, output);
    }

    private static string? FindMissing()
    {
        try
        {
            if (Run("g++", "--version", "").Code != 0)
                return "the C++ compiler (g++) does not run, so layouts cannot be compared with the headers";
            return Run("pkg-config", $"--exists {Packages}", "").Code == 0 ? null
                : "the headers of FreeRDP 3 (Debian: freerdp3-dev, winpr3-dev) are not installed";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return "g++ or pkg-config is not installed, so layouts cannot be compared with the headers";
        }
    }

    private static (int Code, string Output) Run(string file, string arguments, string input)
    {
        using var process = Process.Start(new ProcessStartInfo(file, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var errors = process.StandardError.ReadToEndAsync();
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output + errors.Result);
    }
}
