using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Sessions.Nested;

public sealed class KeyPathTests
{
    static readonly KeyChord s_chord = Chord("ctrl+alt+del");

    static KeyChord Chord(string text) => KeyChord.TryParse(text, out var chord) ? chord : throw new FormatException(text);

    static (KeyChord? Pressed, string? Refusal) Find(string template, int? layer, string chord = "ctrl+alt+del")
    {
        var chain = ChainDocument.Parse($"""
            name: a
            layers:
              - kind: direct
              - kind: rdp
                host: outer
              - kind: nested
                host: inner
                template: {template}
              - kind: runtime
                command: app
            """).Chain!;
        var failure = NestedPlan.TryMake(chain,
            name => ShippedTemplates.All.Select(text => TemplateDocument.Parse(text).Template!).FirstOrDefault(known => known.Name == name),
            new byte[32], 0, out var plan);
        Assert.Null(failure);
        return KeyPath.Find(chain, plan.Levels, Chord(chord), layer);
    }

    [Theory]
    [InlineData("xfreerdp3", null, "ctrl+alt+del")]
    [InlineData("xfreerdp3", 3, "ctrl+alt+del")]
    [InlineData("xfreerdp3", 4, "ctrl+alt+del")]
    [InlineData("mstsc", 3, "ctrl+alt+end")]
    [InlineData("mstsc", 2, "ctrl+alt+del")]
    public void Find_Desktop_IsReachedAsItsTemplateSays(string template, int? layer, string pressed) =>
        Assert.Equal(pressed, Find(template, layer).Pressed?.Text);

    [Theory]
    [InlineData("xfreerdp3", 2, "ctrl+alt+del", "ctrl+alt+del cannot reach rdp outer: the client xfreerdp3 there hands every key to nested inner.")]
    [InlineData("mstsc", 2, "f1", "f1 cannot reach rdp outer: the client mstsc there hands every key to nested inner.")]
    [InlineData("mstsc", 1, "f1", "layer 1 (direct) has no keyboard: keys go to desktops.")]
    [InlineData("mstsc", 9, "f1", "The chain has no layer 9.")]
    public void Find_OutOfReach_IsRefusedWithASentence(string template, int layer, string chord, string sentence) =>
        Assert.Equal((null, sentence), Find(template, layer, chord));

    [Fact]
    public void Events_OfAChord_AreReleasedInTheOppositeOrder() => Assert.Equal(
        [
            new InputEvent(InputKind.Scancode, 0, 0x1D), new InputEvent(InputKind.Scancode, 0, 0x38), new InputEvent(InputKind.Scancode, 0x100, 0x53),
            new InputEvent(InputKind.Scancode, 0x8100, 0x53), new InputEvent(InputKind.Scancode, 0x8000, 0x38), new InputEvent(InputKind.Scancode, 0x8000, 0x1D),
        ],
        s_chord.Events);

    [Theory]
    [InlineData("")]
    [InlineData("ctrl")]
    [InlineData("del+ctrl")]
    [InlineData("ctrl+ctrl+del")]
    [InlineData("ctrl+alt+shift+win+del")]
    [InlineData("ctrl+ä")]
    public void TryParse_NoChord_IsRefused(string text) => Assert.False(KeyChord.TryParse(text, out _));
}
