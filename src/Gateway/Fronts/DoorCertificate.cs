using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace RemoteChain.Gateway.Fronts;

/// <summary>
/// The front door's TLS certificate and key, as PEM. Made once and kept in the data directory, so that clients that remember it are
/// not alarmed at every start; an operator replaces the two files with real ones.
/// </summary>
public sealed record DoorCertificate(string CertificatePem, byte[] KeyPem)
{
    /// <summary>File names in the data directory.</summary>
    public const string CertificateFile = "front-door.crt", KeyFile = "front-door.key";

    private const int KeyBits = 2048;
    private const int ValidYears = 10;

    /// <summary>Reads the files, or makes them when neither exists.</summary>
    /// <exception cref="InvalidDataException">Only one of the two exists, or they do not fit together; the message names them.</exception>
    public static DoorCertificate LoadOrCreate(string dataDirectory, TimeProvider time)
    {
        string certificatePath = Path.Combine(dataDirectory, CertificateFile);
        string keyPath = Path.Combine(dataDirectory, KeyFile);
        if (!File.Exists(certificatePath) && !File.Exists(keyPath))
        {
            Create(certificatePath, keyPath, time.GetUtcNow());
        }

        try
        {
            using var pair = X509Certificate2.CreateFromPemFile(certificatePath, keyPath);
            return new DoorCertificate(File.ReadAllText(certificatePath), File.ReadAllBytes(keyPath));
        }
        catch (Exception ex) when (ex is CryptographicException or IOException)
        {
            throw new InvalidDataException($"{certificatePath} and {keyPath} are not a certificate and its key: {ex.Message}", ex);
        }
    }

    /// <inheritdoc/>
    public override string ToString() => "front door certificate";

    private static void Create(string certificatePath, string keyPath, DateTimeOffset now)
    {
        using var key = RSA.Create(KeyBits);
        var request = new CertificateRequest($"CN={Environment.MachineName}", key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid("1.3.6.1.5.5.7.3.1")], critical: false));
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(Environment.MachineName);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.CreateSelfSigned(now.AddDays(-1), now.AddYears(ValidYears));
        WritePrivate(keyPath, key.ExportPkcs8PrivateKeyPem());
        File.WriteAllText(certificatePath, certificate.ExportCertificatePem());
    }

    private static void WritePrivate(string path, string text)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew, Access = FileAccess.Write, UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using var writer = new StreamWriter(path, options);
        writer.Write(text);
    }
}
