using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class PixelTicketsTests
{
    static readonly Account s_ann = new(7, "ann", Role.User);

    readonly TestClock _time = new();

    [Fact]
    public void Redeem_Fresh_LetsInOnce()
    {
        var tickets = new PixelTickets(_time);
        var made = tickets.Create(s_ann, "abc", viewOnly: true)!;

        var redeemed = tickets.Redeem(made.Text);

        Assert.Equal((s_ann, "abc", true), (redeemed!.Account, redeemed.SessionId, redeemed.ViewOnly));
        Assert.Null(tickets.Redeem(made.Text));
    }

    [Fact]
    public void Redeem_TooLate_IsRefused()
    {
        var tickets = new PixelTickets(_time);
        var made = tickets.Create(s_ann, "abc", viewOnly: false)!;

        _time.Advance(PixelTickets.Lifetime);

        Assert.Null(tickets.Redeem(made.Text));
    }

    [Theory]
    [InlineData("")]
    [InlineData("0123")]
    public void Redeem_Unknown_IsRefused(string text) => Assert.Null(new PixelTickets(_time).Redeem(text));

    [Fact]
    public void Create_OneAccountTooMany_IsRefusedUntilSomeExpire()
    {
        var tickets = new PixelTickets(_time);
        for (int i = 0; i < PixelTickets.LivePerAccountMax; i++) Assert.NotNull(tickets.Create(s_ann, "abc", false));

        Assert.Null(tickets.Create(s_ann, "abc", false));
        Assert.NotNull(tickets.Create(s_ann with { Id = 8 }, "abc", false));
        _time.Advance(PixelTickets.Lifetime);
        Assert.NotNull(tickets.Create(s_ann, "abc", false));
    }

    [Fact]
    public void NewTicket_Printed_DoesNotShowItself()
    {
        var made = new PixelTickets(_time).Create(s_ann, "abc", false)!;

        Assert.DoesNotContain(made.Text, $"{made}", StringComparison.Ordinal);
    }
}
