using System.CommandLine;
using RemoteChain.Gateway.Lab;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Cli;

/// <summary>What <c>remotechain inject</c> needs to know for faults outside of the gateway, and their beginning.</summary>
sealed class LabFaultOptions
{
    const string LabVariable = "REMOTECHAIN_LAB", LabDefault = "/run/remotechain-lab/default/lab.json";

    readonly Option<string?> _lab = new("--lab") { HelpName = "FILE", Description = $"network, user, host: the lab's description (default ${LabVariable}, "
        + $"else {LabDefault})." };
    readonly Option<string?> _host = new("--on") { HelpName = "HOST", Description = "network, host: which lab host, such as desk-1." };
    readonly Option<string> _direction = new("--direction") { HelpName = "WAY", DefaultValueFactory = _ => "both",
        Description = "network, user: where the delay lies: half of it each way (both), or all of it towards the far end (up) or from it (down)." };
    readonly Option<bool> _probesOnly = new("--probes-only") { Description = "network, user: delay only what is not a session's own TCP connection." };
    readonly Option<int> _port = new("--port") { HelpName = "PORT", DefaultValueFactory = _ => 3389, Description = "user: the port of the node's front door." };
    readonly Option<string?> _user = new("--user") { HelpName = "NAME", Description = "host/application: in whose session the program `slow` runs." };
    readonly Option<string> _program = new("--program") { HelpName = "NAME", DefaultValueFactory = _ => "Xorg",
        Description = "host/pause: what is stopped: Xorg, xrdp, xterm, …" };

    /// <summary>Lets a command take them.</summary>
    public void AddTo(Command command)
    {
        _direction.AcceptOnlyFromAmong("both", "up", "down");
        foreach (Option option in (Option[])[_host, _direction, _probesOnly, _user, _program, _port, _lab]) command.Add(option);
    }

    /// <summary>What the fault applies to, as the list shows it; null for the gateway.</summary>
    /// <exception cref="CommandException">Something is missing that this place needs.</exception>
    public string? Target(Call call, string layer, string stage) => layer switch
    {
        FaultPlace.Network => Host(call, layer),
        FaultPlace.User => "seat",
        FaultPlace.Host when stage == "pause" => $"{Host(call, layer)} {call.Value(_program)}",
        FaultPlace.Host => $"{Host(call, layer)} {User(call)}",
        _ => null,
    };

    /// <summary>Begins what the node does not do itself.</summary>
    /// <returns>Null for the gateway's own stages.</returns>
    /// <exception cref="IOException">The lab is not there, or the system refuses.</exception>
    public LabFault? Begin(Call call, FaultOrder order)
    {
        if (FaultPlace.IsOfNode(order.Layer)) return null;
        var lab = LabDescription.Open(call.Value(_lab) ?? Environment.GetEnvironmentVariable(LabVariable) ?? LabDefault);
        if (order.Layer == FaultPlace.Host)
        {
            var host = lab.LegTo(Host(call, order.Layer));
            return order.Stage == "pause"
                ? new PausedProgram(host, call.Value(_program)!, order.DelayMillis, order.SharePercent)
                : new SlowApplication(host, User(call), order.DelayMillis, order.Shape, order.SharePercent, order.Seed);
        }

        _ = FaultPlace.TryShape(order.Shape, out var shape);
        var schedule = new DelaySchedule((long)(order.DelayMillis * 1e6), shape, order.SharePercent * Inject.PermilleMax / 100, order.Seed);
        var leg = order.Layer == FaultPlace.User ? lab.LegToSeat(call.Value(_port)) : lab.LegTo(Host(call, order.Layer));
        return new SlowNetwork(leg, schedule, Enum.Parse<RelayWay>(call.Value(_direction)!, ignoreCase: true), call.Value(_probesOnly));
    }

    string Host(Call call, string layer) => call.Value(_host)
        ?? throw new CommandException(ExitCode.Usage, $"Which lab host? A fault of the layer {layer} needs --on HOST, such as --on desk-1.");

    string User(Call call) => call.Value(_user)
        ?? throw new CommandException(ExitCode.Usage, "In whose session does the program `slow` run? Add --user NAME.");
}
