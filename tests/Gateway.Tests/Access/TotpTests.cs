using System.Text;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class TotpTests
{
    static readonly byte[] s_rfcKey = Encoding.ASCII.GetBytes("12345678901234567890");

    // RFC 6238, appendix B: the last six of the eight digits that it prints.
    [Theory]
    [InlineData(59, "287082")]
    [InlineData(1111111109, "081804")]
    [InlineData(1111111111, "050471")]
    [InlineData(1234567890, "005924")]
    [InlineData(2000000000, "279037")]
    [InlineData(20000000000, "353130")]
    public void Code_AtTheRfcsMoments_IsTheRfcsCode(long seconds, string code)
    {
        var moment = DateTimeOffset.FromUnixTimeSeconds(seconds);

        Assert.Equal(code, Totp.Code(s_rfcKey, Totp.StepAt(moment)));
        Assert.Equal(Totp.StepAt(moment), Totp.StepOf(s_rfcKey, code, moment));
    }

    [Theory]
    [InlineData(-2, false)]
    [InlineData(-1, true)]
    [InlineData(1, true)]
    [InlineData(2, false)]
    public void StepOf_ClockThatIsOff_IsForgivenOneStep(int steps, bool accepted)
    {
        var moment = DateTimeOffset.FromUnixTimeSeconds(1_111_111_111);
        Assert.Equal(accepted, Totp.StepOf(s_rfcKey, Totp.Code(s_rfcKey, Totp.StepAt(moment) + steps), moment) is not null);
    }

    [Theory]
    [InlineData("28708")]
    [InlineData("2870822")]
    [InlineData("28708a")]
    [InlineData("٢٨٧٠٨٢")]
    [InlineData("")]
    public void StepOf_NoCode_IsNothing(string code) => Assert.Null(Totp.StepOf(s_rfcKey, code, DateTimeOffset.FromUnixTimeSeconds(59)));

    [Fact]
    public void Uri_IsWhatAuthenticatorsScan() => Assert.Equal(
        "otpauth://totp/RemoteChain:alice%40site?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=RemoteChain&algorithm=SHA1&digits=6&period=30",
        Totp.Uri(s_rfcKey, "RemoteChain", "alice@site"));

    // RFC 4648, section 10, without the padding.
    [Theory]
    [InlineData("f", "MY")]
    [InlineData("foobar", "MZXW6YTBOI")]
    public void Text_IsBase32(string key, string text) => Assert.Equal(text, Totp.Text(Encoding.ASCII.GetBytes(key)));
}
