using System.Diagnostics;

namespace RemoteChain.Harness;

/// <summary>Runs other programs and says what they said when they fail.</summary>
public static class Shell
{
    private static readonly TimeSpan s_timeout = TimeSpan.FromSeconds(60);

    /// <summary>Runs a program to its end and returns what it printed.</summary>
    /// <exception cref="InvalidOperationException">It ended with another status than 0; the message holds its error output.</exception>
    public static Task<string> RunAsync(string program, IEnumerable<string> arguments, string? input = null) => RunAsync(program, arguments, s_timeout, input);

    /// <summary>Likewise one that may take longer than a minute.</summary>
    /// <exception cref="InvalidOperationException">It ended with another status than 0.</exception>
    public static Task<string> RunLongAsync(string program, IEnumerable<string> arguments, TimeSpan timeout) => RunAsync(program, arguments, timeout, null);

    private static async Task<string> RunAsync(string program, IEnumerable<string> arguments, TimeSpan patience, string? input)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            RedirectStandardOutput = true, RedirectStandardError = true, RedirectStandardInput = true,
        };
        using var process = Process.Start(start)!;
        await process.StandardInput.WriteAsync(input ?? "");
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEndAsync();
        var error = process.StandardError.ReadToEndAsync();
        using var timeout = new CancellationTokenSource(patience);
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw new TimeoutException($"{program} took longer than {patience.TotalSeconds} s");
        }

        return process.ExitCode == 0
            ? await output
            : throw new InvalidOperationException($"{program} ended with {process.ExitCode}: {await error}{await output}");
    }
}
