using System.Diagnostics;
using System.Globalization;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// A cable of the lab between two namespaces, and the detour over a relay's devices. The detour is a set of routes at each end, which win
/// over the cable's own; without them, whoever took them away, the cable is used again.
/// </summary>
/// <param name="Name">The host at the far end, <c>seat</c>, or the cable's own name.</param>
/// <param name="NearProcess">A process inside the near end's namespace; null for the machine.</param>
/// <param name="Process">A process inside the far end's namespace.</param>
/// <param name="NearSends">What the near end sends over the cable: destinations, perhaps with a source, in the words of <c>ip route</c>.</param>
/// <param name="FarSends">What the far end sends over it.</param>
/// <param name="Port">TCP port of sessions on this cable.</param>
sealed record LabLeg(string Name, int? NearProcess, int Process, IReadOnlyList<string> NearSends, IReadOnlyList<string> FarSends, int Port)
{
    static readonly TimeSpan s_commandTimeout = TimeSpan.FromSeconds(10);

    /// <summary>A cable that ends at the machine, with one address at each end.</summary>
    public static LabLeg FromMachine(string name, int process, string near, string far, int port) =>
        new(name, null, process, [$"{far} src {near}"], [$"{near} src {far}"], port);

    /// <summary>Sends what goes over the cable over the two devices instead, after moving each to its end.</summary>
    /// <exception cref="IOException">A command was refused; what was done before stays until the devices are closed.</exception>
    public void Detour(string nearDevice, string farDevice)
    {
        if (NearProcess is { } near) Run("ip", $"link set {nearDevice} netns {Number(near)}");
        Run("ip", $"link set {farDevice} netns {Number(Process)}");
        FarIp($"link set {farDevice} up");
        NearIp($"link set {nearDevice} up");
        foreach (var route in FarSends) FarIp($"route add {Over(route, farDevice)}");
        foreach (var route in NearSends) NearIp($"route add {Over(route, nearDevice)}");
    }

    /// <summary>Gives the cable back. What is gone already is no matter: an end may have been switched off.</summary>
    public void Straighten(string nearDevice, string farDevice)
    {
        try
        {
            foreach (var route in NearSends) NearIp($"route del {Over(route, nearDevice)}");
            foreach (var route in FarSends) FarIp($"route del {Over(route, farDevice)}");
        }
        catch (IOException)
        {
            // Closing the devices does the same.
        }
    }

    static string Over(string route, string device) =>
        route.Split(' ', 2) is [var destination, var source] ? $"{destination} dev {device} {source}" : $"{route} dev {device}";

    static string Number(int process) => process.ToString(CultureInfo.InvariantCulture);

    void NearIp(string words)
    {
        if (NearProcess is { } near) Run("nsenter", $"--target {Number(near)} --net ip {words}");
        else Run("ip", words);
    }

    void FarIp(string words) => Run("nsenter", $"--target {Number(Process)} --net ip {words}");

    static void Run(string program, string words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardError = true };
        using var running = System.Diagnostics.Process.Start(start) ?? throw new IOException($"{program} cannot be started.");
        var said = running.StandardError.ReadToEnd();
        if (!running.WaitForExit(s_commandTimeout)) running.Kill();
        if (running.ExitCode != 0) throw new IOException($"`{program} {words}` was refused: {said.Trim()}");
    }
}
