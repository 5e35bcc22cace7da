using System.Diagnostics;
using System.Globalization;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// A cable of the lab between the machine and a namespace, and the detour over a relay's devices. The detour is a route to the one
/// address, which wins over the cable's own route to its network; without it, whoever took it away, the cable is used again.
/// </summary>
/// <param name="Name">The host, or <c>seat</c>.</param>
/// <param name="Process">A process inside the namespace.</param>
/// <param name="Near">The machine's address on the cable.</param>
/// <param name="Far">The other end's address.</param>
/// <param name="Port">TCP port of sessions on this cable.</param>
sealed record LabLeg(string Name, int Process, string Near, string Far, int Port)
{
    static readonly TimeSpan s_commandTimeout = TimeSpan.FromSeconds(10);

    /// <summary>Sends what goes over the cable over the two devices instead. The second is moved into the namespace.</summary>
    /// <exception cref="IOException">A command was refused; what was done before stays until the devices are closed.</exception>
    public void Detour(string nearDevice, string farDevice)
    {
        Ip($"link set {farDevice} netns {Process}");
        FarIp($"link set {farDevice} up");
        Ip($"link set {nearDevice} up");
        FarIp($"route add {Near}/32 dev {farDevice} src {Far}");
        Ip($"route add {Far}/32 dev {nearDevice} src {Near}");
    }

    /// <summary>Gives the cable back. What is gone already is no matter: the far end may have been switched off.</summary>
    public void Straighten(string nearDevice, string farDevice)
    {
        try
        {
            Ip($"route del {Far}/32 dev {nearDevice}");
            FarIp($"route del {Near}/32 dev {farDevice}");
        }
        catch (IOException)
        {
            // Closing the devices does the same.
        }
    }

    static void Ip(string words) => Run("ip", words);

    void FarIp(string words) => Run("nsenter", $"--target {Process.ToString(CultureInfo.InvariantCulture)} --net ip {words}");

    static void Run(string program, string words)
    {
        var start = new ProcessStartInfo(program, words) { RedirectStandardError = true };
        using var running = System.Diagnostics.Process.Start(start) ?? throw new IOException($"{program} cannot be started.");
        var said = running.StandardError.ReadToEnd();
        if (!running.WaitForExit(s_commandTimeout)) running.Kill();
        if (running.ExitCode != 0) throw new IOException($"`{program} {words}` was refused: {said.Trim()}");
    }
}
