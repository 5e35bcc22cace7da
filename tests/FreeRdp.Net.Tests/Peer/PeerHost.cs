using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>Accepts RDP clients one after the other on a thread of its own and shows them a test picture.</summary>
internal sealed class PeerHost : IDisposable
{
    public const string User = XfreerdpClient.DefaultUser, Password = XfreerdpClient.DefaultPassword;

    private static readonly (string Certificate, string Key) s_identity = MakeIdentity();
    private readonly Socket _listener;
    private readonly Thread _thread;
    private readonly Func<RdpPeerOptions, RdpPeerOptions>? _configure;
    private readonly PeerHostConnection.Options _connectionOptions;
    private volatile bool _stopping;

    public PeerHost(PeerHostConnection.Options? connectionOptions = null, Func<RdpPeerOptions, RdpPeerOptions>? configure = null)
    {
        _configure = configure;
        _connectionOptions = connectionOptions ?? new();
        (_listener, Port) = Listen();
        _thread = new Thread(Run) { IsBackground = true, Name = "peer host" };
        _thread.Start();
    }

    public int Port { get; }

    /// <summary>The connection that was accepted last.</summary>
    public PeerHostConnection? Current { get; private set; }

    /// <summary>How earlier connections ended.</summary>
    public List<RdpFailure> Failures { get; } = [];

    /// <summary>What went wrong on the peer's thread, if anything.</summary>
    public Exception? Fault { get; private set; }

    public static RdpPeerOptions DefaultOptions() => new() { CertificatePem = s_identity.Certificate, PrivateKeyPem = s_identity.Key };

    /// <summary>The certificate with its key, for whoever sits in the middle.</summary>
    public static X509Certificate2 Certificate()
    {
        using var certificate = X509Certificate2.CreateFromPem(s_identity.Certificate, s_identity.Key);
        return X509CertificateLoader.LoadPkcs12(certificate.Export(X509ContentType.Pkcs12), null);
    }

    public void Dispose()
    {
        _stopping = true;
        _listener.Dispose();
        Current?.Stop();
        _thread.Join(TimeSpan.FromSeconds(10));
    }

    private void Run()
    {
        while (!_stopping)
        {
            try
            {
                // The socket is handed over with its descriptor: the handle must not close it as well.
                var accepted = _listener.Accept();
                var descriptor = Posix.Duplicate(accepted);
                var options = _configure is null ? DefaultOptions() : _configure(DefaultOptions());
                using var connection = new PeerHostConnection(descriptor, options, _connectionOptions);
                Current = connection;
                connection.Run();
                if (connection.Failure is { } failure) lock (Failures) Failures.Add(failure);
            }
            catch (SocketException) when (_stopping)
            {
                return;
            }
            catch (ObjectDisposedException) when (_stopping)
            {
                return;
            }
            catch (Exception e)
            {
                Fault = e;
                return;
            }
        }
    }

    private static (Socket, int) Listen()
    {
        const int first = 23200, last = 23249;
        for (var port = first; port <= last; port++)
        {
            var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                socket.Bind(new IPEndPoint(IPAddress.Loopback, port));
                socket.Listen(16);
                return (socket, port);
            }
            catch (SocketException)
            {
                socket.Dispose();
            }
        }

        throw new InvalidOperationException("No port is free.");
    }

    private static (string, string) MakeIdentity()
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest("CN=front.test", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        using var certificate = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(2));
        return (certificate.ExportCertificatePem(), key.ExportPkcs8PrivateKeyPem());
    }

    private static class Posix
    {
        public static int Duplicate(Socket socket)
        {
            var descriptor = (int)socket.SafeHandle.DangerousGetHandle();
            var copy = Native.dup(descriptor);
            socket.Dispose();
            return copy;
        }
    }
}

internal static partial class Native
{
    [System.Runtime.InteropServices.LibraryImport("libc")]
    public static partial int dup(int descriptor);
}
