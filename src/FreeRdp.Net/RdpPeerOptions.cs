namespace FreeRdp;

/// <summary>How an <see cref="RdpPeer"/> receives its client.</summary>
public sealed class RdpPeerOptions
{
    /// <summary>The certificate that is shown to the client, as PEM.</summary>
    public required string CertificatePem { get; init; }

    /// <summary>Its private key, as PEM.</summary>
    public required string PrivateKeyPem { get; init; }

    /// <summary>Accept Network Level Authentication: the handler answers with NT hashes.</summary>
    public bool AllowNla { get; init; } = true;

    /// <summary>Accept TLS without NLA: user and password come with the client info, whether they are right is the caller's question.
    /// Standard RDP security is never accepted.</summary>
    public bool AllowTls { get; init; } = true;

    /// <summary>Offer the graphics pipeline (MS-RDPEGFX).</summary>
    public bool AllowGraphicsPipeline { get; init; } = true;

    /// <summary>Offer RemoteFX surface bits to clients without the graphics pipeline.</summary>
    public bool AllowRemoteFx { get; init; } = true;

    /// <summary>A client that is not active after this time is disconnected; what libfreerdp waits for without a limit (TLS, NLA) included.</summary>
    public int ActivationTimeoutMillis { get; init; } = 30_000;

    /// <summary>Largest desktop side that is accepted from a client.</summary>
    public int SideMax { get; init; } = 8192;
}
