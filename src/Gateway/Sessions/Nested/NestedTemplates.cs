using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>A template as lists show it.</summary>
/// <param name="Name">As chains refer to it.</param>
/// <param name="Description">For people.</param>
/// <param name="Origin"><c>shipped</c>, <c>own</c>, or <c>own, instead of the shipped one</c>.</param>
/// <param name="Text">The document.</param>
public sealed record TemplateSummary(string Name, string Description, string Origin, string Text);

/// <summary>The templates of this node: those that come with it, and an administrator's beside or instead of them.</summary>
public sealed class NestedTemplates(NestedTemplateStore store)
{
    private static readonly IReadOnlyDictionary<string, string> s_shipped =
        ShippedTemplates.All.ToDictionary(text => TemplateDocument.Parse(text).Template!.Name);

    private readonly Lazy<byte[]> _markerKey = new(() => store.MarkerKey(Marker.KeyBytes));

    /// <summary>All, by name.</summary>
    public IReadOnlyList<TemplateSummary> List()
    {
        var own = store.List().ToDictionary(template => template.Name, template => template.Text);
        return
        [
            .. s_shipped.Keys.Union(own.Keys).Order(StringComparer.Ordinal).Select(name => new TemplateSummary(
                name,
                TemplateDocument.Parse(own.GetValueOrDefault(name) ?? s_shipped[name]).Template?.Description ?? "cannot be read by this version",
                !own.ContainsKey(name) ? "shipped" : s_shipped.ContainsKey(name) ? "own, instead of the shipped one" : "own",
                own.GetValueOrDefault(name) ?? s_shipped[name])),
        ];
    }

    /// <summary>A template by name; null when there is none, or when this version cannot read it.</summary>
    public NestedTemplate? Find(string name) =>
        (store.Find(name)?.Text ?? s_shipped.GetValueOrDefault(name)) is { } text ? TemplateDocument.Parse(text).Template : null;

    /// <summary>Checks and keeps a document.</summary>
    /// <returns>What is wrong with it; empty when it was kept.</returns>
    public IReadOnlyList<ChainError> Save(string text, string author, out string name)
    {
        var (template, errors) = TemplateDocument.Parse(text);
        name = template?.Name ?? "";
        return template is null ? errors
            : store.Save(name, text, author) ? []
            : [new ChainError(1, 1, $"there are {NestedTemplateStore.TemplatesMax} templates already; remove one")];
    }

    /// <summary>Removes an own template; a shipped one of that name holds again. False when there was none.</summary>
    public bool Remove(string name) => store.Delete(name);

    /// <summary>How the desktops inside a chain's first one are opened; a failure names the layer.</summary>
    public Failure? TryPlan(Chain chain, uint keyboardLayout, out NestedPlan plan) =>
        NestedPlan.TryMake(chain, Find, chain.Nested.Any() ? _markerKey.Value : [], keyboardLayout, out plan);
}
