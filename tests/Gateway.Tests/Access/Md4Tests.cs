using System.Text;
using RemoteChain.Gateway.Access;

namespace RemoteChain.Gateway.Tests.Access;

public sealed class Md4Tests
{
    // RFC 1320 A.5.
    [Theory]
    [InlineData("", "31d6cfe0d16ae931b73c59d7e0c089c0")]
    [InlineData("a", "bde52cb31de33e46245e05fbdbd6fb24")]
    [InlineData("abc", "a448017aaf21d8525fc10ae87aa6729d")]
    [InlineData("message digest", "d9130a8164549fe818874806e1c7014b")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4")]
    [InlineData("12345678901234567890123456789012345678901234567890123456789012345678901234567890", "e33b4ddc9c38f2199c3e7b164fcc0536")]
    public void Hash_TestVectorsOfTheRfc(string message, string expected)
    {
        var hash = new byte[Md4.HashBytes];
        Md4.Hash(Encoding.ASCII.GetBytes(message), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    // MS-NLMP 4.2.1: the password "Password".
    [Fact]
    public void NtHash_TestVectorOfTheProtocol()
    {
        var hash = new byte[NtHash.Bytes];
        NtHash.Compute("Password", hash);
        Assert.Equal("a4f49c406510bdcab6824ee7c30fd852", Convert.ToHexStringLower(hash));
    }

    // Lengths around the padding's edge (55, 56, 64), against the definition of padding: hashing must not depend on where blocks end.
    [Fact]
    public void Hash_EveryLengthAroundABlock_Differs()
    {
        var seen = new HashSet<string>();
        for (var length = 0; length <= 130; length++)
        {
            var hash = new byte[Md4.HashBytes];
            Md4.Hash(new byte[length], hash);
            Assert.True(seen.Add(Convert.ToHexString(hash)));
        }
    }
}
