using System.Text;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Tests.Chains.Profiles;

public sealed class SshKeyFileTests
{
    // As ssh-keygen writes it, up to the cipher's name; what follows is no key.
    static string OpenSsh(string cipher) => "-----BEGIN OPENSSH PRIVATE KEY-----\n" + Convert.ToBase64String(
        [.. Encoding.ASCII.GetBytes("openssh-key-v1\0"), 0, 0, 0, (byte)cipher.Length, .. Encoding.ASCII.GetBytes(cipher), 0, 0, 0, 4, 1, 2, 3, 4],
        Base64FormattingOptions.InsertLineBreaks) + "\n-----END OPENSSH PRIVATE KEY-----\n";

    public static TheoryData<string, bool> Keys => new()
    {
        { OpenSsh("none"), false },
        { OpenSsh("aes256-ctr"), true },
        { OpenSsh("none").Replace("\n", "\r\n", StringComparison.Ordinal), false },
        { "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nx\n-----END RSA PRIVATE KEY-----", true },
        { "-----BEGIN EC PRIVATE KEY-----\nx\n-----END EC PRIVATE KEY-----\n\n", false },
        { "-----BEGIN ENCRYPTED PRIVATE KEY-----\nx\n-----END ENCRYPTED PRIVATE KEY-----\n", true },
    };

    [Theory]
    [MemberData(nameof(Keys))]
    public void Parse_Key_TellsWhetherItIsLocked(string text, bool locked) => Assert.Equal(locked, SshKeyFile.Parse(text).Profile?.IsLocked);

    [Theory]
    [InlineData("ssh-ed25519 AAAAC3Nz me@home", "line 1: this is a public key; the private one is the file without .pub")]
    [InlineData("\n\nPuTTY-User-Key-File-3: ssh-ed25519", "line 3: this is a key of PuTTY; export it as an OpenSSH key with PuTTYgen")]
    [InlineData("hunter2", "line 1: a private key begins with `-----BEGIN … PRIVATE KEY-----`")]
    [InlineData("", "line 1: a private key begins with `-----BEGIN … PRIVATE KEY-----`")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n", "line 2: the end of the key is missing; the file is not whole")]
    [InlineData("-----BEGIN OPENSSH PRIVATE KEY-----\nb3Bl\n-----END OPENSSH PRIVATE KEY-----", "line 2: what stands here is not an OpenSSH key")]
    public void Parse_SomethingElse_IsTold(string text, string expected) =>
        Assert.Equal(expected, Assert.Single(SshKeyFile.Parse(text).Errors).ToString());

    [Theory]
    [InlineData("# x\n[interface]\n", SecretKind.WireGuard)]
    [InlineData("client\r\n", SecretKind.OpenVpn)]
    [InlineData("\uFEFFremote a\n", SecretKind.OpenVpn)]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\n", SecretKind.SshKey)]
    [InlineData("hello\n", null)]
    [InlineData("", null)]
    public void KindOf_AFile_IsFoundByWordsThatOnlyItHas(string text, SecretKind? expected) => Assert.Equal(expected, ProfileCheck.KindOf(text));
}
