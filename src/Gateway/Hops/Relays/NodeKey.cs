using System.Net.Security;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// Who this node is to other nodes: an ECDSA P-256 key with a certificate that nobody signed but itself. Made at first use and kept in the data
/// directory; other nodes pin the key and look at nothing else in the certificate.
/// </summary>
public sealed class NodeKey : IDisposable
{
    /// <summary>File names in the data directory.</summary>
    public const string CertificateFile = "node.crt", KeyFile = "node.key";

    private const int ValidYears = 100;
    private readonly X509Certificate2 _certificate;
    private readonly ECDsa _key;

    private NodeKey(X509Certificate2 certificate)
    {
        _certificate = certificate;
        _key = certificate.GetECDsaPrivateKey() ?? throw new CryptographicException("no elliptic curve key");
        PublicKey = certificate.PublicKey.ExportSubjectPublicKeyInfo();
        Id = IdOf(PublicKey);
        Context = SslStreamCertificateContext.Create(certificate, null, offline: true);
    }

    /// <summary>The public key as SubjectPublicKeyInfo (RFC 5280, section 4.1.2.7).</summary>
    public byte[] PublicKey { get; }

    /// <summary>SHA-256 of <see cref="PublicKey"/>: how grants and people name the node.</summary>
    public byte[] Id { get; }

    /// <summary>For TLS, on both sides.</summary>
    public SslStreamCertificateContext Context { get; }

    /// <summary>How a node with this public key is named.</summary>
    public static byte[] IdOf(byte[] publicKey) => SHA256.HashData(publicKey);

    /// <summary>Reads the files of a data directory, or makes them when neither exists.</summary>
    /// <exception cref="InvalidDataException">They are no key of a node; the message names them.</exception>
    public static NodeKey LoadOrCreate(string dataDirectory, TimeProvider time)
    {
        string certificatePath = Path.Combine(dataDirectory, CertificateFile), keyPath = Path.Combine(dataDirectory, KeyFile);
        if (!File.Exists(certificatePath) && !File.Exists(keyPath))
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var request = new CertificateRequest("CN=RemoteChain node", key, HashAlgorithmName.SHA256);
            using var certificate = request.CreateSelfSigned(time.GetUtcNow().AddDays(-1), time.GetUtcNow().AddYears(ValidYears));
            DataDirectory.WritePrivate(keyPath, key.ExportPkcs8PrivateKeyPem());
            DataDirectory.WritePrivate(certificatePath, certificate.ExportCertificatePem());
        }

        try
        {
            return new NodeKey(X509Certificate2.CreateFromPemFile(certificatePath, keyPath));
        }
        catch (Exception ex) when (ex is CryptographicException or IOException)
        {
            throw new InvalidDataException($"{certificatePath} and {keyPath} are not the key of a node: {ex.Message}", ex);
        }
    }

    /// <summary>Signs (ECDSA with SHA-256, 64 bytes: r and s).</summary>
    public byte[] Sign(ReadOnlySpan<byte> bytes)
    {
        lock (_key)
        {
            return _key.SignData(bytes, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
    }

    /// <summary>Whether the owner of a public key signed this. False also for what is no such key.</summary>
    public static bool IsSigned(byte[] publicKey, ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> signature)
    {
        try
        {
            using var key = ECDsa.Create();
            key.ImportSubjectPublicKeyInfo(publicKey, out _);
            return key.VerifyData(bytes, signature, HashAlgorithmName.SHA256, DSASignatureFormat.IeeeP1363FixedFieldConcatenation);
        }
        catch (CryptographicException)
        {
            return false;
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _key.Dispose();
        _certificate.Dispose();
    }
}
