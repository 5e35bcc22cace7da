using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// How two nodes come to a link: TLS 1.3 in which each shows its key, then the upgrade. Blocks; whoever wants a deadline aborts the socket.
/// </summary>
public static class RelayHandshake
{
    // The fastest on processors with AES, and enough.
    private static readonly CipherSuitesPolicy s_ciphers = new([TlsCipherSuite.TLS_AES_128_GCM_SHA256]);

    /// <summary>The side that has connected.</summary>
    /// <param name="stream">What it has connected to: a socket, or the bytes of another relay.</param>
    /// <param name="socket">The connection under it.</param>
    /// <param name="key">This node's key.</param>
    /// <param name="expected">The other node's key; null when it is not known yet (enrolment), and then the caller checks what comes back.</param>
    /// <exception cref="AuthenticationException">It is not the node that was expected, or does not speak TLS as nodes do.</exception>
    /// <exception cref="IOException">The connection broke, or no node answered.</exception>
    public static (RelayLink Link, byte[] PublicKey) Connect(Stream stream, SocketStream socket, NodeKey key, byte[]? expected)
    {
        byte[] shown = [];
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            tls.AuthenticateAsClient(new SslClientAuthenticationOptions
            {
                TargetHost = "",
                EnabledSslProtocols = SslProtocols.Tls13,
                CipherSuitesPolicy = s_ciphers,
                ClientCertificateContext = key.Context,
                AllowTlsResume = false,
                CertificateChainPolicy = NoChain(),
                RemoteCertificateValidationCallback = (_, certificate, _, _) =>
                {
                    shown = KeyOf(certificate);
                    return shown.Length > 0 && (expected is null || CryptographicOperations.FixedTimeEquals(shown, expected));
                },
            });
            string request = HttpUpgrade.NewKey();
            tls.Write(HttpUpgrade.Request("relay", request));
            ReadHead(tls, bytes => (HttpUpgrade.TryReadAnswer(bytes.Span, request, out int used), used));
            return (new RelayLink(tls, socket, isClient: true), shown);
        }
        catch (Exception ex)
        {
            socket.Abort();
            tls.Dispose();
            if (shown.Length > 0 && expected is not null && !shown.AsSpan().SequenceEqual(expected))
            {
                throw new KeyMismatchException(Convert.ToHexStringLower(NodeKey.IdOf(shown)), ex);
            }

            throw;
        }
    }

    /// <summary>The side that was connected to. The other node has proved that it owns the key, and nothing else.</summary>
    /// <exception cref="AuthenticationException">It does not speak TLS as nodes do, or shows no key.</exception>
    /// <exception cref="IOException">The connection broke, or somebody else asked.</exception>
    public static (RelayLink Link, byte[] PublicKey) Accept(SocketStream socket, NodeKey key)
    {
        var tls = new SslStream(socket, leaveInnerStreamOpen: false);
        try
        {
            byte[] shown = [];
            tls.AuthenticateAsServer(new SslServerAuthenticationOptions
            {
                EnabledSslProtocols = SslProtocols.Tls13,
                CipherSuitesPolicy = s_ciphers,
                ServerCertificateContext = key.Context,
                ClientCertificateRequired = true,
                AllowTlsResume = false,
                CertificateChainPolicy = NoChain(),
                RemoteCertificateValidationCallback = (_, certificate, _, _) => (shown = KeyOf(certificate)).Length > 0,
            });
            string request = "";
            try
            {
                ReadHead(tls, bytes => (HttpUpgrade.TryReadRequest(bytes.Span, out request, out int used), used));
            }
            catch (InvalidDataException)
            {
                tls.Write(HttpUpgrade.BadRequest);
                throw;
            }

            tls.Write(HttpUpgrade.Answer(request));
            return (new RelayLink(tls, socket, isClient: false), shown);
        }
        catch
        {
            socket.Abort();
            tls.Dispose();
            throw;
        }
    }

    /// <summary>Both sides wait for the other's head before they send anything else, so nothing may follow it.</summary>
    private static void ReadHead(SslStream tls, Func<ReadOnlyMemory<byte>, (UpgradeOutcome Outcome, int Used)> tryRead)
    {
        byte[] bytes = new byte[HttpUpgrade.BytesMax];
        for (int length = 0; ;)
        {
            int read = tls.Read(bytes.AsSpan(length));
            length += read > 0 ? read : throw new EndOfStreamException("the other side closed the connection instead of answering");
            switch (tryRead(bytes.AsMemory(0, length)))
            {
                case (UpgradeOutcome.Complete, var used) when used == length:
                    return;
                case (UpgradeOutcome.NeedMore, _) when length < bytes.Length:
                    break;
                default:
                    throw new InvalidDataException("the other side is no RemoteChain node, or of another version");
            }
        }
    }

    /// <summary>Nobody signs these certificates: looking for issuers would only take time, and perhaps ask the network.</summary>
    private static X509ChainPolicy NoChain() => new()
    {
        RevocationMode = X509RevocationMode.NoCheck, DisableCertificateDownloads = true, TrustMode = X509ChainTrustMode.CustomRootTrust,
    };

    private static byte[] KeyOf(X509Certificate? certificate)
    {
        const string ellipticCurve = "1.2.840.10045.2.1";
        return certificate is X509Certificate2 full && full.PublicKey.Oid.Value == ellipticCurve ? full.PublicKey.ExportSubjectPublicKeyInfo() : [];
    }
}

/// <summary>The other node showed another key than the pinned one.</summary>
/// <param name="shownId">The id of the key that it showed, in hex.</param>
/// <param name="inner">What TLS said.</param>
public sealed class KeyMismatchException(string shownId, Exception inner) : Exception($"the other node showed the key {shownId}", inner)
{
    /// <summary>The id of the key that it showed, in hex.</summary>
    public string ShownId { get; } = shownId;
}
