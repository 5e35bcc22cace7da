using System.Diagnostics.CodeAnalysis;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>Where a fault can be put: a layer and one of its stages, written <c>gateway/decode</c>.</summary>
public static class FaultPlace
{
    /// <summary>The layer whose stages the node holds up itself. The others are held up by the command that orders them.</summary>
    public const string Gateway = "gateway";

    /// <summary>What this node does as a relay for others: of all that it relays.</summary>
    public const string Relay = "relay";

    /// <summary>Any cable of a lab: to a host, to a site's router (under its tunnels and ways in), or behind one.</summary>
    public const string Network = "network";

    /// <summary>The way between the gateway and the lab's seat.</summary>
    public const string User = "user";

    /// <summary>Programs of a lab host.</summary>
    public const string Host = "host";

    private static readonly Dictionary<string, string[]> s_stages = new()
    {
        [Gateway] = ["receive", "forward", "decode", "publish", "picture-queue", "encode"],
        [Relay] = ["inside"],
        [Network] = ["transport"],
        [User] = ["transport"],
        [Host] = ["application", "pause"],
    };

    /// <summary>Whether the node holds it up itself; else the command does that orders it.</summary>
    public static bool IsOfNode(string layer) => layer is Gateway or Relay;

    /// <summary>All places, as they are typed.</summary>
    public static IEnumerable<string> All => s_stages.SelectMany(layer => layer.Value.Select(stage => $"{layer.Key}/{stage}"));

    /// <summary>Reads <c>layer/stage</c>, or a layer alone where the first stage is meant. Null with the sentence that says what is wrong.</summary>
    public static (string Layer, string Stage)? Parse(string text, out string? problem)
    {
        var slash = text.IndexOf('/', StringComparison.Ordinal);
        var (layer, stage) = slash < 0 ? (text, "") : (text[..slash], text[(slash + 1)..]);
        problem = s_stages.TryGetValue(layer, out var stages)
            ? stage.Length == 0 && layer == Gateway || stage.Length > 0 && !stages.Contains(stage)
                ? $"Which stage of {layer}? It has {string.Join(", ", stages.Select(s => $"{layer}/{s}"))}."
                : null
            : $"There is no layer '{layer}' that can be slowed down. There are {string.Join(", ", All)}.";
        return problem is null ? (layer, stage.Length > 0 ? stage : s_stages[layer][0]) : null;
    }

    /// <summary>What a worker is told; null when the order is not for a worker or breaks a rule that <paramref name="problem"/> names.</summary>
    public static bool TryOrder(FaultOrder order, [NotNullWhen(false)] out string? problem, out Inject? delay)
    {
        delay = null;
        Parse($"{order.Layer}/{order.Stage}", out problem);
        const double MillisMax = Inject.DelayNanosMax / 1e6;
        problem ??= order switch
        {
            { DelayMillis: not (> 0 and <= MillisMax) } => $"A delay is more than 0 and at most {MillisMax:0} ms.",
            { SharePercent: < 1 or > 100 } => "A share is 1 to 100 %.",
            { ForMillis: <= 0 or > FaultOrder.ForMillisMax } => "A fault lasts at most a day, and more than nothing.",
            { Target.Length: > FaultOrder.TargetCharsMax } => "The target's name is too long.",
            { Layer: Gateway, Session: null } => "A fault of the gateway is a fault of one session: name it.",
            { Layer: not Gateway, Session: not null } => $"A fault of the layer {order.Layer} is not a session's: it hits all that go there.",
            _ => null,
        };
        if (!TryShape(order.Shape, out var shape)) problem ??= "A shape is constant, intermittent or jitter.";
        if (problem is not null) return false;
        if (!IsOfNode(order.Layer)) return true;
        // A relay has one stage: its number says nothing.
        var stage = order.Layer == Relay ? default : (FaultStage)Array.IndexOf(s_stages[Gateway], order.Stage);
        delay = new Inject(stage, (long)(order.DelayMillis * 1e6), shape, order.SharePercent * 10, order.Seed);
        return true;
    }

    /// <summary>The shape of a word.</summary>
    public static bool TryShape(string text, out DelayShape shape)
    {
        shape = text switch { "intermittent" => DelayShape.Intermittent, "jitter" => DelayShape.Jitter, _ => DelayShape.Constant };
        return text is "constant" or "intermittent" or "jitter";
    }
}
