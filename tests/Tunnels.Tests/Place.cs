using System.Runtime.InteropServices;
using RemoteChain.Harness;

namespace RemoteChain.Tunnels.Tests;

/// <summary>A named network namespace of a test's own: the network of a far site. Gone, with everything in it, when disposed of.</summary>
sealed class Place : IAsyncDisposable
{
    const int NetworkNamespaces = 0x40000000;
    static int s_serial;

    Place(string name) => Name = name;

    /// <summary>As <c>ip netns</c> knows it.</summary>
    internal string Name { get; }

    /// <summary>A cable's number, for names and addresses that no other test uses at the same time.</summary>
    internal static int NextSerial() => Interlocked.Increment(ref s_serial);

    internal static async Task<Place> CreateAsync()
    {
        var place = new Place($"rctest-{Environment.ProcessId}-{NextSerial()}");
        await Shell.RunAsync("ip", ["netns", "add", place.Name]);
        await place.IpAsync("link set lo up");
        return place;
    }

    /// <summary>Runs <c>ip</c> inside.</summary>
    internal Task<string> IpAsync(string arguments) => Shell.RunAsync("ip", ["-n", Name, .. arguments.Split(' ')]);

    /// <summary>Lays a cable from the machine, or from another place.</summary>
    /// <returns>The address of this end; the other one has .1 of the same network.</returns>
    internal async Task<System.Net.IPAddress> CableAsync(Place? from = null)
    {
        var serial = NextSerial();
        var (near, far) = ($"rcn{Environment.ProcessId % 100000:x}-{serial:x}", $"rcf{Environment.ProcessId % 100000:x}-{serial:x}");
        var net = $"10.{201 + Environment.ProcessId % 50}.{serial % 256}";
        await Shell.RunAsync("ip", ["link", "add", near, "type", "veth", "peer", "name", far, "netns", Name]);
        if (from is not null) await Shell.RunAsync("ip", ["link", "set", near, "netns", from.Name]);
        string[] inside = from is null ? [] : ["-n", from.Name];
        await Shell.RunAsync("ip", [.. inside, "addr", "add", $"{net}.1/24", "dev", near]);
        await Shell.RunAsync("ip", [.. inside, "link", "set", near, "up"]);
        await IpAsync($"addr add {net}.2/24 dev {far}");
        await IpAsync($"link set {far} up");
        return System.Net.IPAddress.Parse($"{net}.2");
    }

    /// <summary>Makes something inside, on a thread of its own that ends there.</summary>
    internal T Make<T>(Func<T> make)
    {
        T? made = default;
        Exception? failure = null;
        var thread = new Thread(() =>
        {
            try
            {
                using var file = File.OpenHandle($"/run/netns/{Name}");
                if (setns((int)file.DangerousGetHandle(), NetworkNamespaces) != 0) throw new IOException("setns");
                made = make();
            }
            catch (Exception e)
            {
                failure = e;
            }
        });
        thread.Start();
        thread.Join();
        return failure is null ? made! : throw new IOException("inside", failure);
    }

    public async ValueTask DisposeAsync() => await Shell.RunAsync("ip", ["netns", "del", Name]);

    [DllImport("libc", SetLastError = true)]
    static extern int setns(int descriptor, int kind);
}
