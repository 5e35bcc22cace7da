using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>How a chain's layers become the hops that reach its desktop, with what the node gives them for it.</summary>
public sealed class Route(SecretVault secrets)
{
    /// <summary>The hops in dialing order.</summary>
    public IEnumerable<Hop> HopsOf(Chain chain) => chain.Hops.Select(layer => HopOf(chain, layer));

    private Hop HopOf(Chain chain, HopLayer layer) => layer switch
    {
        DirectLayer direct => new DirectHop(direct.Timeout),
        VpnLayer vpn => new ClosedHop(vpn.Title, new Failure(FailureStage.Dial, FailureCause.Unsupported, "this node runs no tunnels")),
        ProxyLayer proxy => WithSignIn(chain, proxy, proxy.Credentials, [SecretKind.Login], signIn => new ProxyHop(proxy, signIn)),
        _ => throw new InvalidOperationException($"{layer.Label} has no hop: name it here"),
    };

    private Hop WithSignIn(Chain chain, Layer layer, string? name, SecretKind[] kinds, Func<HopSignIn?, Hop> open)
    {
        if (name is null)
        {
            return open(null);
        }

        if (!secrets.TryOpen(chain.Name, name, out var secret, out string? why))
        {
            return new ClosedHop(layer.Title, new Failure(FailureStage.SignIn, FailureCause.AccessDenied, why));
        }

        if (!kinds.Contains(secret.Kind))
        {
            string wanted = string.Join(" or ", kinds.Select(kind => kind.Word()));
            return new ClosedHop(layer.Title, new Failure(
                FailureStage.SignIn, FailureCause.Unsupported, $"the secret '{name}' is of kind {secret.Kind.Word()}; {layer.Label} needs {wanted}"));
        }

        string user = secret.Domain.Length == 0 ? secret.User : $@"{secret.Domain}\{secret.User}";
        return open(new HopSignIn(name, user, secret.Password, secret.Text));
    }
}
