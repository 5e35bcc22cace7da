using System.CommandLine;
using System.Globalization;
using System.Net;
using Microsoft.AspNetCore.Connections;
using RemoteChain.Gateway.Api;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain node</c>: runs a node until it is told to stop.</summary>
static class NodeCommand
{
    // 3389 is often taken by an xrdp of the machine's own.
    const int RdpPortsToTry = 20;

    public static Command Build(Option<string?> data, Func<NodeOptions, WebApplication> host)
    {
        var http = new Option<string?>(
            "--http") { Description = "Where the API listens (default 127.0.0.1:8080). A port alone means loopback.", HelpName = "ADDR" };
        var rdp = new Option<string?>("--rdp") { Description = "Where RDP clients connect (default 127.0.0.1:3389 or the next free port).",
            HelpName = "ADDR" };
        var noSandbox = new Option<bool>(
            "--unsafe-no-sandbox") { Description = "Run workers without a sandbox where none can be had. A hostile host or client can "
            + "then take the machine over." };
        var plainHttp = new Option<bool>(
            "--unsafe-plain-http") { Description = "Let the API listen in clear beyond this machine. Put a TLS proxy in front instead." };
        var trustProxy = new Option<string[]>("--trust-proxy") { Description = "Believe X-Forwarded-For, -Proto and -Host of proxies at this address "
            + "or in this network, such as 10.0.0.7 or 10.0.0.0/24. May be given more than once.", HelpName = "ADDR[/BITS]" };
        var lab = new Option<string?>("--lab") { Description = "Make chains for the hosts of a running lab.", HelpName = "FILE" };
        var labFaults = new Option<bool>(
            "--lab-faults") { Description = "Obey `remotechain inject`, which slows sessions down on purpose. For labs only." };
        var latencyDays = new Option<int>("--latency-days") { Description = "Keep samples of latency this long (default 30).", HelpName = "N",
            DefaultValueFactory = _ => (int)LatencyRetention.Default.Age.TotalDays };
        var latencyMib = new Option<int>("--latency-mib") { Description = "Keep no more of them than this (default 256).", HelpName = "N",
            DefaultValueFactory = _ => (int)(LatencyRetention.Default.BytesMax >> 20) };
        var metrics = new Option<string>("--metrics") { Description = "Who may read /metrics: none, admins, local (default: this machine, and "
            + "admins) or everybody.", HelpName = "WHO", DefaultValueFactory = _ => "local" };
        metrics.AcceptOnlyFromAmong("none", "admins", "local", "everybody");
        var otlp = new Option<string?>("--otlp") { Description = "Send latency to this OpenTelemetry collector (OTLP over HTTP), such as "
            + "http://127.0.0.1:4318.", HelpName = "URL" };
        var relay = new Option<string?>("--relay") { Description = "Where other nodes come in that use this one as a relay or wait here, such as "
            + "0.0.0.0:7443. Without it nobody comes in.", HelpName = "ADDR" };
        var tunnels = new Option<string?>("--tunnels") { Description = "The socket of the service that keeps VPN tunnels (default "
            + "/run/remotechain-tunnels/control where it is; a root node keeps them itself).", HelpName = "PATH" };
        var guests = new Option<string?>("--guests") { Description = "The folder with what emulated machines start from (default "
            + "$REMOTECHAIN_GUESTS, else ~/.cache/remotechain/guests).", HelpName = "DIR" };
        var demo = new Option<bool>("--demo") { Description = "When there is no chain yet, make one that ends in an emulated machine of this node." };
        var tunnelGrace = new Option<int>("--tunnel-grace") { Description = "Seconds that a tunnel which nobody uses stays open (default 30).",
            HelpName = "N", DefaultValueFactory = _ => (int)NodeOptions.TunnelGraceDefault.TotalSeconds };
        var command = new Verb("node", "Runs a node in the foreground; Ctrl+C ends it.",
            "node", "node --rdp 0.0.0.0:3389 --data /var/lib/remotechain", "node --http 127.0.0.1:8081 --rdp 3390") { http, rdp, noSandbox,
                plainHttp, trustProxy, relay, lab, labFaults, latencyDays, latencyMib, metrics, otlp,
                tunnels, tunnelGrace, guests, demo };
        command.SetAction((line, cancellationToken) =>
        {
            var options = new NodeOptions(
                line.GetValue(data),
                Http: Endpoint("--http", line.GetValue(http)) ?? NodeOptions.HttpDefault,
                Rdp: Endpoint("--rdp", line.GetValue(rdp)) ?? NodeOptions.RdpDefault,
                RdpPortsToTry: line.GetValue(rdp) is null ? RdpPortsToTry : 1,
                UnsafeNoSandbox: line.GetValue(noSandbox),
                LabFile: line.GetValue(lab),
                LabFaults: line.GetValue(labFaults))
            {
                Latency = Retention(line.GetValue(latencyDays), line.GetValue(latencyMib)),
                Relay = Endpoint("--relay", line.GetValue(relay)),
                Metrics = Enum.Parse<MetricsReaders>(line.GetValue(metrics)!, ignoreCase: true),
                Otlp = Collector(line.GetValue(otlp)),
                TrustedProxies = Proxies(line.GetValue(trustProxy) ?? []),
                TunnelsPath = line.GetValue(tunnels),
                GuestsPath = line.GetValue(guests),
                Demo = line.GetValue(demo),
                TunnelGrace = Grace(line.GetValue(tunnelGrace)),
            };
            if (!IPAddress.IsLoopback(options.Http.Address) && !line.GetValue(plainHttp))
                throw new CommandException(
                    ExitCode.Usage, $"The API would be open to the network in clear on {options.Http}. Put a TLS proxy in front of "
                    + "127.0.0.1, or add --unsafe-plain-http.");
            return RunAsync(options, host, cancellationToken);
        });
        return command;
    }

    /// <summary>Runs a node until it is told to stop.</summary>
    public static async Task<int> RunAsync(NodeOptions options, Func<NodeOptions, WebApplication> host, CancellationToken cancellationToken)
    {
        try
        {
            await using var node = host(options);
            await node.StartAsync(cancellationToken);
            await node.WaitForShutdownAsync(cancellationToken);
            return ExitCode.Done;
        }
        catch (Exception refused) when (refused is NodeStartException or StoreException or InvalidDataException)
        {
            throw new CommandException(ExitCode.Failed, refused.Message);
        }
        catch (IOException taken) when (taken.InnerException is AddressInUseException)
        {
            throw new CommandException(
                ExitCode.Failed, $"The API cannot listen on {options.Http}: it is in use. Choose another with --http.");
        }
    }

    static LatencyRetention Retention(int days, int mib) => days is >= 1 and <= 36_500 && mib is >= 1 and <= 1 << 20
        ? new(TimeSpan.FromDays(days), (long)mib << 20)
        : throw new CommandException(ExitCode.Usage, "--latency-days takes 1 to 36500 days, --latency-mib 1 to 1048576 MiB.");

    static TimeSpan Grace(int seconds) => seconds is >= 0 and <= 86_400 ? TimeSpan.FromSeconds(seconds)
        : throw new CommandException(ExitCode.Usage, "--tunnel-grace takes 0 to 86400 seconds.");

    static IReadOnlyList<IPNetwork> Proxies(string[] texts)
    {
        if (texts.Length > TrustedProxies.Max)
            throw new CommandException(ExitCode.Usage, $"--trust-proxy can be given {TrustedProxies.Max} times; name networks instead of addresses.");
        return [.. texts.Select(text => TrustedProxies.TryRead(text, out var network, out var problem) ? network
            : throw new CommandException(ExitCode.Usage, $"--trust-proxy: '{text}' {problem}."))];
    }

    static Uri? Collector(string? text) => text is null ? null
        : Uri.TryCreate(text, UriKind.Absolute, out var uri) && uri.Scheme is "http" or "https" ? uri
        : throw new CommandException(ExitCode.Usage, $"--otlp takes an address such as http://127.0.0.1:4318, not '{text}'.");

    /// <summary>Reads where something shall listen; null when it was not said.</summary>
    public static IPEndPoint? Endpoint(string option, string? text)
    {
        if (text is null) return null;
        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port <= IPEndPoint.MaxPort)
            return new(IPAddress.Loopback, port);
        return IPEndPoint.TryParse(text, out var endpoint) && text.Contains(':', StringComparison.Ordinal)
            ? endpoint
            : throw new CommandException(
                ExitCode.Usage, $"{option} takes an address and a port, such as 127.0.0.1:3389, or a port alone; not '{text}'.");
    }
}
