using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Trust in the keys of jump hosts: the one that the chain names, or the first that is seen, which is pinned per chain and layer as
/// certificates are.
/// </summary>
public sealed class HostKeys(PinStore pins, AuditLog audit)
{
    /// <summary>Type of the pinned key; null when there is none.</summary>
    public string? KnownType(string chain, SshLayer layer) =>
        layer.HostKey is null ? pins.Find(chain, layer.PinKey)?.Subject.Split(' ')[0] : null;

    /// <summary>Judges a key. Null when it is the right one.</summary>
    public Failure? Judge(string chain, SshLayer layer, string type, KeyFingerprint seen)
    {
        if (layer.HostKey is { } named)
        {
            return named == seen ? null : Changed(chain, layer, type, seen, named, "`host-key` of the chain says");
        }

        bool isFirst = pins.Find(chain, layer.PinKey) is null;
        if (pins.PinFirst(chain, layer.PinKey, seen.Sha256, $"{type} {seen}") is not { } pin)
        {
            return new(FailureStage.Handshake, FailureCause.AccessDenied, $"the chain '{chain}' is gone, so there is nothing to pin the host key to");
        }

        if (pin.Sha256 != seen.Sha256)
        {
            return Changed(chain, layer, type, seen, new(pin.Sha256), "the first that was seen is");
        }

        if (isFirst)
        {
            audit.Append(new(AuditAction.HostKeyPinned, "", chain, "", $"{layer.PinKey} {type} {seen}"));
        }

        return null;
    }

    private Failure Changed(string chain, SshLayer layer, string type, KeyFingerprint seen, KeyFingerprint expected, string source)
    {
        string detail = $"{layer.Summary} shows the host key {seen} ({type}), {source} {expected}";
        audit.Append(new(AuditAction.HostKeyChanged, "", chain, "", $"{layer.PinKey}: {detail}"));
        return new(FailureStage.Handshake, FailureCause.KeyChanged, detail) { Layer = layer.Title };
    }
}
