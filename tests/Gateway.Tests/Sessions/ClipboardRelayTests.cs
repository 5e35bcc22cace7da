using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Sessions;

/// <summary>Who of a session gets whose text.</summary>
public sealed class ClipboardRelayTests
{
    readonly List<string> _heard = [];
    readonly HashSet<SessionFront> _mayNot = [];
    readonly Host _host;
    readonly Viewer _alice, _bob, _guest;

    public ClipboardRelayTests()
    {
        _host = new(_heard);
        (_alice, _bob, _guest) = (Viewer.Of("alice", _heard), Viewer.Of("bob", _heard), Viewer.Of("guest", _heard, viewOnly: true));
    }

    ClipboardRelay Relay(ClipboardPolicy policy)
    {
        var relay = new ClipboardRelay(policy, front => !front.ViewOnly && !_mayNot.Contains(front));
        relay.HostIs(_host);
        foreach (var front in new[] { _alice, _bob, _guest }) relay.Joined(front);
        return relay;
    }

    string[] Heard()
    {
        string[] heard = [.. _heard];
        _heard.Clear();
        return heard;
    }

    [Fact]
    public void Joined_TellsThoseWhoMayControlThatClipboardsAreShared()
    {
        Relay(ClipboardPolicy.Both);
        Assert.Equal(["alice: offer False", "bob: offer False"], Heard());
        Relay(ClipboardPolicy.Off);
        Assert.Empty(Heard());
    }

    [Fact]
    public void HostCopies_EverybodyInControlIsTold_AndWhoPastesGetsIt()
    {
        var relay = Relay(ClipboardPolicy.Both);
        Heard();
        relay.Offered(_host, true);
        Assert.Equal(["alice: offer True", "bob: offer True"], Heard());
        relay.Wanted(_bob);
        relay.Wanted(_alice);
        Assert.Equal(["host: ask"], Heard());
        relay.Given(_host, "text");
        Assert.Equal(["alice: 'text'", "bob: 'text'"], Heard().Order());
        relay.Given(_host, "nobody asked");
        Assert.Empty(Heard());
    }

    [Fact]
    public void ViewerCopies_OnlyTheHostIsTold_AndNoOtherViewerGetsIt()
    {
        var relay = Relay(ClipboardPolicy.Both);
        Heard();
        relay.Offered(_alice, true);
        relay.Wanted(_bob);
        Assert.Equal(["host: offer True", "bob: nothing"], Heard());
        relay.Wanted(_host);
        relay.Given(_bob, "planted");
        relay.Given(_alice, "mine");
        Assert.Equal(["alice: ask", "host: 'mine'"], Heard());
    }

    [Fact]
    public void WatchersGetAndGiveNothing()
    {
        var relay = Relay(ClipboardPolicy.Both);
        relay.Offered(_host, true);
        Heard();
        relay.Offered(_guest, true);
        relay.Wanted(_guest);
        relay.Wanted(_host);
        Assert.Equal(["guest: nothing", "host: nothing"], Heard());
    }

    [Theory]
    [InlineData(ClipboardPolicy.ToHost)]
    [InlineData(ClipboardPolicy.Off)]
    public void FromHost_NotAllowed_WhateverWorkersSay(ClipboardPolicy policy)
    {
        var relay = Relay(policy);
        Heard();
        relay.Offered(_host, true);
        relay.Wanted(_alice);
        relay.Given(_host, "secret");
        Assert.Equal(["alice: nothing"], Heard());
    }

    [Theory]
    [InlineData(ClipboardPolicy.FromHost)]
    [InlineData(ClipboardPolicy.Off)]
    public void ToHost_NotAllowed_WhateverWorkersSay(ClipboardPolicy policy)
    {
        var relay = Relay(policy);
        Heard();
        relay.Offered(_alice, true);
        relay.Wanted(_host);
        relay.Given(_alice, "secret");
        Assert.Equal(["host: nothing"], Heard());
    }

    [Fact]
    public void ControlLostWhileItTravels_NothingArrives()
    {
        var relay = Relay(ClipboardPolicy.Both);
        relay.Offered(_host, true);
        relay.Wanted(_alice);
        Heard();
        _mayNot.Add(_alice);
        relay.Given(_host, "text");
        Assert.Equal(["alice: nothing"], Heard());
        relay.Offered(_alice, true);
        Assert.Empty(Heard());
    }

    [Fact]
    public void OwnerLeaves_WhoWaitsIsAnswered_AndTheHostIsTold()
    {
        var relay = Relay(ClipboardPolicy.Both);
        relay.Offered(_alice, true);
        relay.Wanted(_host);
        Heard();
        relay.Left(_alice);
        Assert.Equal(["host: offer False", "host: nothing"], Heard());
    }

    [Fact]
    public void HostReconnects_ItHearsWhatAViewerHadCopied_AndItsOwnIsForgotten()
    {
        var relay = Relay(ClipboardPolicy.Both);
        relay.Offered(_host, true);
        relay.Wanted(_alice);
        Heard();
        relay.HostIs(null);
        Assert.Equal(["alice: nothing"], Heard());
        relay.Wanted(_bob);
        relay.Offered(_bob, true);
        relay.HostIs(_host);
        Assert.Equal(["bob: nothing", "host: offer True"], Heard());
    }

    sealed class Host(List<string> heard) : IClipboardEnd
    {
        public void OfferClipboard(bool hasText) => heard.Add($"host: offer {hasText}");

        public void AskClipboard() => heard.Add("host: ask");

        public void GiveClipboard(string? text) => heard.Add(text is null ? "host: nothing" : $"host: '{text}'");
    }

    sealed class Viewer(List<string> heard) : SessionFront
    {
        public static Viewer Of(string name, List<string> heard, bool viewOnly = false) =>
            new(heard) { Account = new(1, name, Role.User), Address = "", Client = "", ViewOnly = viewOnly };

        public override void OfferClipboard(bool hasText) => heard.Add($"{Account.Name}: offer {hasText}");

        public override void AskClipboard() => heard.Add($"{Account.Name}: ask");

        public override void GiveClipboard(string? text) => heard.Add(text is null ? $"{Account.Name}: nothing" : $"{Account.Name}: '{text}'");

        public override void Joined(string title, FrontDescriptors descriptors)
        {
        }

        public override void Show(Notice notice)
        {
        }

        public override Task<Injected?> InjectAsync(Inject delay) => Task.FromResult<Injected?>(null);

        public override void Leave(string sentence)
        {
        }
    }
}
