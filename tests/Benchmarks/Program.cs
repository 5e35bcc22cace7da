using System.Text.Json;
using System.Text.Json.Serialization;
using RemoteChain.Benchmarks;
using RemoteChain.Benchmarks.Blame;
using RemoteChain.Benchmarks.Cuts;
using RemoteChain.Benchmarks.Machines;
using RemoteChain.Benchmarks.Relays;
using RemoteChain.Benchmarks.Web;
using RemoteChain.Harness;

// One benchmark a call. Talk goes to standard error; with --json, standard output is exactly one JSON object.
var benchmarks = new Dictionary<string, (string What, Func<BenchmarkOptions, Task<object>> Run)>
{
    ["hop"] = ("key press to picture: direct, through FreeRDP's proxy, through this gateway", HopBenchmark.RunAsync),
    ["sessions"] = ("memory, processor time and first picture of 1, 10 and 25 sessions", SessionsBenchmark.RunAsync),
    ["kill"] = ("workers killed under load: who notices, what comes back, what leaks", KillBenchmark.RunAsync),
    ["cuts"] = ("links cut, tunnels killed, keys changed under load: is the right layer named, does the session return, what is left; --quick: each once", CutsBenchmark.RunAsync),
    ["door"] = ("mutated connection openings at the front door while real clients come", DoorBenchmark.RunAsync),
    ["blame"] = ("known faults, blinded: who is blamed, by how much; --quick ends within ten minutes", BlameBenchmark.RunAsync),
    ["encode"] = ("the encoders of the RDP front: time and bytes for each kind of picture", EncodeBenchmark.RunAsync),
    ["portal"] = ("key to picture: native, pixel socket, portal in Chromium; scrolling and film at 1920 x 1080; 25 browsers at once", PortalBenchmark.RunAsync),
    ["web-encode"] = ("the codecs of the web front, beside what else a browser could decode: time and bytes", WebEncodeBenchmark.RunAsync),
    ["machine"] = ("the emulated machine: small programs, natively, in it, in QEMU and in Bochs; Linux to its shell; --rounds, --kernel, --alone", MachineBenchmark.RunAsync),
    ["machine-boots"] = ("what boots: Linux, GRUB, memtest86+, a disk that is written and read back, Debian's graphical installer over RDP; --guest", BootsBenchmark.RunAsync),
    ["machine-qemu-tests"] = ("the i386 tests of QEMU's source package in a Linux guest, and beside it; --test", QemuTestsBenchmark.RunAsync),
    ["machine-cases"] = ("single instructions of the emulated processor against the real one; --cases, --seed", CasesBenchmark.RunAsync),
    ["recorder"] = ("what recording latency costs: a pair of stamps, the node per session, the disk", RecorderBenchmark.RunAsync),
    ["trace"] = ("no benchmark: records what was sent to a host and what it painted, as a CSV file", TraceRecording.RunAsync),
    ["relay"] = ("relays in a row against plain TCP and HAProxy: what each adds, what is left of a long fat path", RelayBenchmark.RunAsync),
    ["six"] = ("six layers by one call of the API, on the same addresses at both sites and on two ranges; figures of every layer", SixBenchmark.RunAsync),
    ["statistics"] = ("simulated faults and none at all: what a comparison of two sets of samples names", StatisticsCampaign.RunAsync),
    ["surface"] = ("the shared memory between two processes: wake-up, copies, stamps", SurfaceBenchmark.RunAsync),
};

string name = args.FirstOrDefault(a => !a.StartsWith('-')) ?? "";
bool asksForHelp = args.Any(a => a is "-h" or "--help") || name == "help";
if (asksForHelp || !benchmarks.TryGetValue(name, out var benchmark))
{
    var to = asksForHelp ? Console.Out : Console.Error;
    to.WriteLine(asksForHelp ? "./remotechain bench NAME [--json]: one of these, against a lab of its own." : $"There is no benchmark '{name}'. There are:");
    foreach (var (known, (what, _)) in benchmarks)
    {
        to.WriteLine($"  {known,-18} {what}");
    }

    return asksForHelp ? 0 : 2;
}

// The script asks before it starts a lab.
if (args.Contains("--knows"))
{
    return 0;
}

var options = new BenchmarkOptions(args);
object result = await OneThread.Run(() => benchmark.Run(options));
var json = new JsonSerializerOptions
{
    WriteIndented = !options.Json, PropertyNamingPolicy = JsonNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.Never,
};
Console.WriteLine(JsonSerializer.Serialize(result, json));
return 0;
