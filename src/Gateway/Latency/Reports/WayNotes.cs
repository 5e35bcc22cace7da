using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Statistics;

namespace RemoteChain.Gateway.Latency.Reports;

/// <summary>Why some layers of a chain share a bar, and what the bars behind tunnels are, in sentences.</summary>
static class WayNotes
{
    /// <summary>What the first word of a desktop's name is; the layers after one are inside it.</summary>
    const string Desktop = "rdp ";

    /// <summary>Layers that pass bytes on and no packets, so that no echo gets through.</summary>
    static readonly string[] s_streams = ["ssh ", "proxy ", "relay "];

    /// <summary>The sentences about a group of samples; none for a chain without hops whose host is only one layer.</summary>
    public static IReadOnlyList<string> Of(GroupSummary? group)
    {
        var notes = new List<string>();
        if (group is null) return notes;
        var stages = group.Stages.Where(stage => stage.Part.Layer > 1).ToList();
        for (var i = 0; i < stages.Count; i++)
        {
            var (part, before) = (stages[i].Part, i > 0 ? stages[i - 1].Part : default);
            if (part.Stage == Stage.Transport && before.LayerName?.StartsWith("vpn ", StringComparison.Ordinal) == true)
                notes.Add($"{part} is the inner path of {before.LayerName}: through its tunnel, and the network behind that.");
            if (stages[i].Grade != Grade.Pooled) continue;

            var names = part.LayerName.Split(JointName.And);
            var desktop = Array.FindIndex(names, name => name.StartsWith(Desktop, StringComparison.Ordinal));
            var silent = part.Stage == Stage.Host ? names[..Math.Max(desktop, 0)] : names[..^1];
            if (silent.Length > 0)
                notes.Add($"{string.Join(" and ", silent)} never answered an echo: the way there is one bar with what is behind.");
            if (part.Stage == Stage.Host && desktop >= 0 && desktop < names.Length - 1)
                notes.Add($"{string.Join(JointName.And, names[desktop..])} are one bar: inside a desktop nobody answers, and from outside only their sum is known.");
            if (part.Stage == Stage.Host && silent.Length == 0 && !stages.Any(other => other.Part.Layer == part.Layer && other.Part.Stage == Stage.Transport))
                notes.Add(s_streams.Any(word => before.LayerName?.StartsWith(word, StringComparison.Ordinal) == true)
                    ? $"Behind {before.LayerName} the host cannot be asked: the way from there is in the bar of {part.LayerName}."
                    : $"No echo of {part.LayerName} came back: the way to it is in its bar.");
        }
        return notes;
    }
}
