using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RemoteChain.Harness;

/// <summary>FreeRDP's own proxy in front of one host: the peer that the gateway's added latency is compared with.</summary>
public sealed class FreeRdpProxy : IDisposable
{
    private readonly Process _proxy;
    private readonly string _folder;

    private FreeRdpProxy(Process proxy, string folder, int port)
    {
        _proxy = proxy;
        _folder = folder;
        Port = port;
    }

    /// <summary>Loopback port.</summary>
    public int Port { get; }

    /// <summary>Starts the proxy with the lab's template and waits until it listens.</summary>
    public static async Task<FreeRdpProxy> StartAsync(string targetHost, int targetPort)
    {
        string folder = Directory.CreateTempSubdirectory("rc-proxy-").FullName;
        int port = FreePort();
        string certificate = Path.Combine(folder, "proxy.crt"), key = Path.Combine(folder, "proxy.key"), config = Path.Combine(folder, "proxy.ini");
        using (var rsa = RSA.Create(2048))
        {
            var request = new CertificateRequest("CN=proxy", rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
            using var self = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
            await File.WriteAllTextAsync(certificate, self.ExportCertificatePem());
            await File.WriteAllTextAsync(key, rsa.ExportPkcs8PrivateKeyPem());
        }

        string template = await File.ReadAllTextAsync(Path.Combine(Repository.Root, "deploy", "lab", "freerdp-proxy.ini"));
        await File.WriteAllTextAsync(config, template
            .Replace("@port@", $"{port}", StringComparison.Ordinal).Replace("@targetHost@", targetHost, StringComparison.Ordinal)
            .Replace("@targetPort@", $"{targetPort}", StringComparison.Ordinal)
            .Replace("@certificate@", certificate, StringComparison.Ordinal).Replace("@key@", key, StringComparison.Ordinal));
        var start = new ProcessStartInfo("freerdp-proxy3", [config]) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["HOME"] = folder;
        var proxy = Process.Start(start)!;
        proxy.OutputDataReceived += static (_, _) => { };
        proxy.ErrorDataReceived += static (_, _) => { };
        proxy.BeginOutputReadLine();
        proxy.BeginErrorReadLine();
        await WaitForPortAsync(port);
        return new FreeRdpProxy(proxy, folder, port);
    }

    /// <summary>A loopback port that nobody listens on now.</summary>
    public static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    /// <summary>Waits until somebody listens on a loopback port.</summary>
    public static async Task WaitForPortAsync(int port)
    {
        for (int tries = 0; ; tries++)
        {
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync(IPAddress.Loopback, port);
                return;
            }
            catch (SocketException) when (tries < 200)
            {
                await Task.Delay(50);
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _proxy.Kill();
        _proxy.WaitForExit();
        _proxy.Dispose();
        Directory.Delete(_folder, recursive: true);
    }
}
