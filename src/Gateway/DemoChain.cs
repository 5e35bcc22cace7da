using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway;

/// <summary>On a node that knows no chain yet: one that works at once, because it ends in a machine of the node's own.</summary>
sealed class DemoChain(ChainAuthoring authoring, ChainStore chains, MachineTemplates templates)
{
    /// <summary>How it is called.</summary>
    public const string Name = "demo";

    const string Shell = "debian-shell", Echo = "echo";

    /// <summary>Makes it, or follows what has become possible since; a chain that somebody changed or deleted stays so.</summary>
    /// <returns>Its name; null when there is none.</returns>
    public string? Add()
    {
        var wanted = Document(templates.List().Any(template => template.Name == Shell && template.Missing.Count == 0) ? Shell : Echo);
        if (chains.Find(Name) is { } present)
        {
            if (present.Text != wanted && (present.Text == Document(Shell) || present.Text == Document(Echo))) Save(wanted);
            return Name;
        }
        if (chains.List().Count > 0 || chains.FindDeleted(Name) is not null) return null;
        Save(wanted);
        return Name;
    }

    void Save(string document) => authoring.Save(Operator.Account, Name, document, "");

    static string Document(string template) =>
        $"name: {Name}\ndescription: an emulated PC of this node, to begin with\nlayers:\n  - kind: machine\n    template: {template}\n    key-probes: demand\n";
}
