namespace RemoteChain.Gateway.Store;

/// <summary>A host certificate that was trusted at first use.</summary>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Layer">The layer's pin key: kind and endpoint.</param>
/// <param name="Sha256">Lower case hex of the certificate's SHA-256.</param>
/// <param name="Subject">The certificate's subject as the host gave it; untrusted text.</param>
/// <param name="FirstSeen">When it was pinned.</param>
public sealed record CertificatePin(string Chain, string Layer, string Sha256, string Subject, DateTimeOffset FirstSeen);

/// <summary>Certificate pins, one per chain and layer.</summary>
public sealed class PinStore
{
    /// <summary>The pin of a layer; null before first use.</summary>
    public CertificatePin? Find(string chain, string layer) => throw new NotImplementedException();

    /// <summary>Pins a certificate if the layer has none yet, and returns what holds now: the new pin or the one that was there.</summary>
    public CertificatePin PinFirst(string chain, string layer, string sha256, string subject) => throw new NotImplementedException();
}
