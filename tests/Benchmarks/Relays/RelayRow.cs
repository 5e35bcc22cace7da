using System.Diagnostics;
using System.Globalization;
using RemoteChain.Gateway.Lab;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Relays;

/// <summary>
/// Network namespaces in a row, joined by cables: this machine, one for each relay, and the host's at the end. A packet can be routed through all
/// of them, so the way past the relays has as many segments as the way through them.
/// </summary>
internal sealed class RelayRow : IDisposable
{
    private readonly int _relays;
    private readonly List<Process> _keepers = [];
    private DelayRelay? _delay;

    private RelayRow(int relays) => _relays = relays;

    /// <summary>Where the host is.</summary>
    public string Host => Far(_relays);

    /// <summary>Makes them. Needs root.</summary>
    public static async Task<RelayRow> CreateAsync(int relays)
    {
        var row = new RelayRow(relays);
        try
        {
            for (int i = 0; i <= relays; i++)
            {
                row._keepers.Add(Process.Start(new ProcessStartInfo("unshare", ["--net", "sleep", "infinity"]))!);
            }

            foreach (var keeper in row._keepers)
            {
                await OwnNetworkAsync(keeper.Id);
            }

            for (int i = 0; i <= relays; i++)
            {
                await row.CableAsync(i);
            }

            await row.RouteAsync();
            return row;
        }
        catch
        {
            row.Dispose();
            throw;
        }
    }

    /// <summary>The address of relay <paramref name="i"/> (from 0), or of the host behind the last, as the one before it sees it.</summary>
    public static string Far(int i) => $"10.211.{i}.2";

    /// <summary>The command line that runs a program at relay <paramref name="i"/>, or at the host behind the last.</summary>
    public ProcessStartInfo At(int i, string program, IEnumerable<string> arguments) => new("nsenter",
        ["--target", _keepers[i].Id.ToString(CultureInfo.InvariantCulture), "--net", program, .. arguments]);

    /// <summary>Lets the first cable take longer and carry less, for every packet in both directions.</summary>
    public async Task SlowDownAsync(int delayMillis, int megabits)
    {
        _delay = new DelayRelay(new LabLeg(
            "row", null, _keepers[0].Id, [$"{Far(0)} src {Near(0)}", $"{Host} src {Near(0)}"], [$"{Near(0)} src {Far(0)}"], 0));
        _delay.Set(new DelaySchedule(delayMillis * 1_000_000L, Surface.Control.DelayShape.Constant, Surface.Control.Inject.PermilleMax, 0), RelayWay.Both, false);
        string near = $"rcd{Environment.ProcessId}n", far = $"rcd{Environment.ProcessId}f";
        await Shell.RunAsync("tc", $"qdisc add dev {near} root tbf rate {megabits}mbit burst 64k limit 2m".Split(' '));
        await Shell.RunAsync("nsenter", $"--target {_keepers[0].Id} --net tc qdisc add dev {far} root tbf rate {megabits}mbit burst 64k limit 2m".Split(' '));
    }

    public void Dispose()
    {
        _delay?.Dispose();
        foreach (var keeper in _keepers)
        {
            // The namespace and its cables go with the last process in it.
            keeper.Kill();
            keeper.WaitForExit();
            keeper.Dispose();
        }
    }

    private static string Near(int i) => $"10.211.{i}.1";

    private async Task CableAsync(int i)
    {
        string near = $"rrow{i}n", far = $"rrow{i}f";
        await IpAsync(null, $"link add {near} type veth peer name {far}");
        await IpAsync(null, $"link set {far} netns {_keepers[i].Id}");
        if (i > 0)
        {
            await IpAsync(null, $"link set {near} netns {_keepers[i - 1].Id}");
        }

        await IpAsync(i, $"addr add {Far(i)}/24 dev {far}");
        await IpAsync(i, $"link set {far} up");
        await IpAsync(i, "link set lo up");
        await IpAsync(i == 0 ? null : i - 1, $"addr add {Near(i)}/24 dev {near}");
        await IpAsync(i == 0 ? null : i - 1, $"link set {near} up");
    }

    private async Task RouteAsync()
    {
        for (int i = 0; i <= _relays; i++)
        {
            await Shell.RunAsync("nsenter", ["--target", $"{_keepers[i].Id}", "--net", "sysctl", "-qw", "net.ipv4.ip_forward=1"]);
            // Back to the machine, forward to everybody else.
            if (i > 0)
            {
                await IpAsync(i, $"route add 10.211.0.0/24 via {Near(i)}");
            }

            if (i < _relays)
            {
                await IpAsync(i, $"route add 10.211.0.0/16 via {Far(i + 1)}");
            }
        }

        await IpAsync(null, $"route add 10.211.0.0/16 via {Far(0)}");
    }

    private Task IpAsync(int? at, string words) => at is { } i
        ? Shell.RunAsync("nsenter", ["--target", $"{_keepers[i].Id}", "--net", "ip", .. words.Split(' ')]) : Shell.RunAsync("ip", words.Split(' '));

    private static async Task OwnNetworkAsync(int process)
    {
        string ours = File.ResolveLinkTarget("/proc/self/ns/net", false)!.Name;
        for (int i = 0; File.ResolveLinkTarget($"/proc/{process}/ns/net", false)?.Name == ours; i++)
        {
            await Task.Delay(i < 200 ? 20 : throw new TimeoutException("a network namespace was not made"));
        }
    }
}
