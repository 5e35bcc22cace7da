using RemoteChain.Gateway.Chains;
using RemoteChain.Portal.Components;

namespace RemoteChain.Portal.Tests;

/// <summary>The form's side of a document: what it writes is the chain that was read.</summary>
public sealed class ChainDraftTests
{
    [Theory]
    [InlineData("name: a\nlayers:\n  - kind: rdp\n    host: 10.0.0.5\n")]
    [InlineData("name: a\ndescription: \"a: b # c\"\ntags: [x, y]\nlayers:\n  - kind: gateway\n    keep: 8h\n  - kind: rdp\n    host: desk.example\n    size: 1280x800\n  - kind: runtime\n    command: 'java -jar \"my app.jar\"'\n")]
    public void Write_OfWhatWasRead_IsTheSameChain(string text)
    {
        var (before, after) = (ChainDocument.Parse(text), ChainDocument.Parse(ChainDraft.Read(text)!.Write()));

        Assert.Empty(before.Errors);
        Assert.Empty(after.Errors);
        Assert.Equal((before.Chain!.Name, before.Chain.Description), (after.Chain!.Name, after.Chain.Description));
        Assert.Equal(before.Chain.Tags, after.Chain.Tags);
        Assert.Equal(before.Chain.Layers, after.Chain.Layers);
    }

    [Theory]
    [InlineData("")]
    [InlineData("- a")]
    [InlineData("name: a\nlayers:\n  - kind: rdp\n    host: [1, 2]\n")]
    [InlineData("name: [")]
    public void Read_OfWhatNoFormCanShow_IsNothing(string text) => Assert.Null(ChainDraft.Read(text));

    [Theory]
    [InlineData("null")]
    [InlineData("- a")]
    [InlineData("a: b")]
    [InlineData("\"quoted\"")]
    [InlineData("back\\slash")]
    [InlineData("ends with colon:")]
    [InlineData("ünïcode")]
    public void Write_OfAValueThatYamlCouldTakeForSomethingElse_KeepsIt(string value)
    {
        var draft = new ChainDraft("a", value, [], [new("rdp", [new("host", "h")])]);

        Assert.Equal(value, ChainDocument.Parse(draft.Write()).Chain?.Description);
    }

    [Fact]
    public void Moved_KeepsTheOthersInOrder()
    {
        var draft = new ChainDraft("a", "", [], [new("vpn", []), new("ssh", []), new("rdp", [])]);

        Assert.Equal(["ssh", "vpn", "rdp"], draft.Moved(0, 1).Layers.Select(layer => layer.Kind));
        Assert.Equal(["vpn", "rdp"], draft.Without(1).Layers.Select(layer => layer.Kind));
    }
}
