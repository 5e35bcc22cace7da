using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using FreeRdp;

namespace RemoteChain.Harness;

/// <summary>
/// What a real client says first: its X.224 connection request, and inside TLS its MCS Connect Initial with the GCC user data
/// (MS-RDPBCGR 2.2.1.1 and 2.2.1.3). Mutations start from these, so that they get further than noise would.
/// </summary>
public sealed record RecordedOpening(byte[] ConnectionRequest, byte[] ConnectInitial)
{
    /// <summary>An X.224 Connection Confirm that selects TLS (MS-RDPBCGR 2.2.1.2).</summary>
    private static readonly byte[] s_confirmTls =
        [3, 0, 0, 19, 14, 0xD0, 0, 0, 0x12, 0x34, 0, 2, 0, 8, 0, 1, 0, 0, 0];

    /// <summary>Lets our own client connect to a server that only listens.</summary>
    public static async Task<RecordedOpening> RecordAsync()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        int port = ((IPEndPoint)listener.LocalEndpoint).Port;
        var client = Task.Run(() => Viewer.Connect("127.0.0.1", port, options => options with
        {
            User = "somebody", Password = "something", Security = RdpSecurity.Tls, ConnectTimeout = TimeSpan.FromSeconds(5),
        }));
        using var accepted = await listener.AcceptTcpClientAsync();
        var raw = accepted.GetStream();
        byte[] buffer = new byte[8192];
        byte[] request = buffer[..await raw.ReadAsync(buffer)];
        await raw.WriteAsync(s_confirmTls);
        using var rsa = RSA.Create(2048);
        var certificate = new CertificateRequest("CN=recorder", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            .CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
        await using var tls = new SslStream(raw);
        await tls.AuthenticateAsServerAsync(certificate);
        byte[] initial = buffer[..await tls.ReadAsync(buffer)];
        accepted.Close();
        await client;
        return new RecordedOpening(request, initial);
    }
}
