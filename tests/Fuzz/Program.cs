using RemoteChain.Fuzz;

// fuzz TARGET [SECONDS] [SEED]: feeds mutated inputs to a parser until the time is over. An exception is a finding: it is printed with the
// input that caused it, and the exit code is 1. The same seed gives the same inputs.
FuzzTarget[] targets =
[
    new ControlTarget(), new SurfaceTarget(), new InputTarget(), new StampsTarget(), new ChainTarget(), new PassTarget(), new ChannelsTarget(),
    new LatencyTarget(), new HostTarget(), new ManagementTarget(), new DnsTarget(),
    new ProfileTarget(),
    new ProxyTarget(),
    new RelayTarget(),
    new SshTarget(),
    new MarkerTarget(),
    new DevicesTarget(),
    new NetworkTarget(),
    new DiskImageTarget(),
    new WebMessageTarget(),
    new ClipboardTarget(),
    new ConsoleTarget(),
];

var target = args.Length == 0 ? null : Array.Find(targets, t => t.Name == args[0]);
if (target is null)
{
    Console.Error.WriteLine("fuzz TARGET [SECONDS] [SEED], where TARGET is one of:");
    foreach (var known in targets) Console.Error.WriteLine($"  {known.Name,-12} {known.What}");
    return 2;
}
var seconds = args.Length > 1 ? int.Parse(args[1]) : 10;
var seed = args.Length > 2 ? int.Parse(args[2]) : Environment.TickCount;
Console.Error.WriteLine($"{target.Name}, {seconds} s, seed {seed}");
using (target)
{
    var (inputs, finding) = FuzzRun.For(target, TimeSpan.FromSeconds(seconds), seed);
    Console.WriteLine($"{target.Name}: {inputs} inputs, {(finding is null ? "nothing found" : "FOUND")}; {target.Reached}");
    if (finding is null) return 0;
    Console.WriteLine(finding);
    return 1;
}
