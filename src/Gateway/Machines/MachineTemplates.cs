using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Machines;

/// <summary>A template as lists show it.</summary>
/// <param name="Name">As chains refer to it.</param>
/// <param name="Description">For people.</param>
/// <param name="Origin"><c>shipped</c>, <c>own</c>, or <c>own, instead of the shipped one</c>.</param>
/// <param name="Missing">Files that it needs and that are not there.</param>
/// <param name="Text">The document.</param>
public sealed record MachineTemplateSummary(string Name, string Description, string Origin, IReadOnlyList<string> Missing, string Text);

/// <summary>The templates of this node: those that come with it, and an administrator's beside or instead of them.</summary>
public sealed class MachineTemplates(MachineStore store, GuestFiles files)
{
    private static readonly IReadOnlyDictionary<string, string> s_shipped =
        ShippedMachines.All.ToDictionary(text => MachineTemplate.Parse(text).Template!.Name);

    /// <summary>All, by name.</summary>
    public IReadOnlyList<MachineTemplateSummary> List()
    {
        var own = store.Templates().ToDictionary(template => template.Name, template => template.Text);
        return [.. s_shipped.Keys.Union(own.Keys).Order(StringComparer.Ordinal).Select(name => Summarize(name, own.GetValueOrDefault(name)))];
    }

    /// <summary>A template's document by name; null when there is none.</summary>
    public string? Find(string name) => store.Templates().FirstOrDefault(own => own.Name == name)?.Text ?? s_shipped.GetValueOrDefault(name);

    /// <summary>Checks and keeps a document.</summary>
    /// <returns>What is wrong with it; empty when it was kept.</returns>
    public IReadOnlyList<ChainError> Save(string text, string author)
    {
        var (template, errors) = MachineTemplate.Parse(text);
        return template is null ? errors
            : store.SaveTemplate(template.Name, text, author) ? []
            : [new ChainError(1, 1, $"there are {MachineStore.TemplatesMax} templates already; remove one")];
    }

    /// <summary>Removes an own template; a shipped one of that name holds again. False when there was none.</summary>
    public bool Remove(string name) => store.DeleteTemplate(name);

    private MachineTemplateSummary Summarize(string name, string? own)
    {
        string text = own ?? s_shipped[name];
        var template = MachineTemplate.Parse(text).Template;
        return new MachineTemplateSummary(
            name, template?.Description ?? "cannot be read by this version",
            own is null ? "shipped" : s_shipped.ContainsKey(name) ? "own, instead of the shipped one" : "own",
            [.. template?.Files.Values.Where(file => !files.Has(file)) ?? []], text);
    }
}
