using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Chains.Profiles;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;
using RemoteChain.Gateway.Hops.Tunnels;
using RemoteChain.Gateway.Store;
using RemoteChain.Surface.Control;
using Secret = RemoteChain.Gateway.Access.Secret;

namespace RemoteChain.Gateway.Sessions;

/// <summary>How a chain's layers become the hops that reach its desktop, with what the node gives them for it.</summary>
/// <param name="secrets">For hops that sign in.</param>
/// <param name="tunnels">The node's tunnels.</param>
/// <param name="relays">The node among others, for relays.</param>
/// <param name="ssh">Starts ssh.</param>
/// <param name="hostKeys">Trust in jump hosts.</param>
public sealed class Route(SecretVault secrets, TunnelPool tunnels, RelayNode relays, SshClient ssh, HostKeys hostKeys)
{
    /// <summary>The hops in dialing order.</summary>
    /// <param name="chain">The chain.</param>
    /// <param name="session">Id of the session that wants to dial.</param>
    public IEnumerable<Hop> HopsOf(Chain chain, string session) => chain.Hops.Select(layer => HopOf(chain, layer, session));

    private Hop HopOf(Chain chain, HopLayer layer, string session) => layer switch
    {
        RelayLayer relay => new RelayHop(new RelayErrand(chain.Name, relay.Number, relay.Title, session, relay.Node), relays),
        DirectLayer direct => new DirectHop(direct.Timeout),
        VpnLayer vpn => WithSecret(chain, vpn, vpn.Profile, KindsOf(vpn), secret => VpnOf(vpn, secret)),
        ProxyLayer proxy => WithSignIn(chain, proxy, proxy.Credentials, [SecretKind.Login], signIn => new ProxyHop(proxy, signIn)),
        SshLayer jump => WithSignIn(chain, jump, jump.Credentials, [SecretKind.Login, SecretKind.SshKey], signIn => new SshHop(
            jump, signIn!, ssh, hostKeys.KnownType(chain.Name, jump), (type, seen) => hostKeys.Judge(chain.Name, jump, type, seen))),
        _ => throw new InvalidOperationException($"{layer.Label} has no hop: name it here"),
    };

    private Hop WithSignIn(Chain chain, Layer layer, string? name, SecretKind[] kinds, Func<HopSignIn?, Hop> open)
    {
        if (name is null)
        {
            return open(null);
        }

        return WithSecret(chain, layer, name, kinds, secret =>
        {
            string user = secret.Domain.Length == 0 ? secret.User : $@"{secret.Domain}\{secret.User}";
            return open(new HopSignIn(name, user, secret.Password, secret.Text));
        });
    }

    private Hop WithSecret(Chain chain, Layer layer, string name, SecretKind[] kinds, Func<Secret, Hop> open)
    {
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

        return open(secret);
    }

    private static SecretKind[] KindsOf(VpnLayer layer) => layer.Type switch
    {
        VpnType.WireGuard => [SecretKind.WireGuard],
        VpnType.OpenVpn => [SecretKind.OpenVpn],
        _ => [SecretKind.WireGuard, SecretKind.OpenVpn],
    };

    private Hop VpnOf(VpnLayer layer, Secret secret)
    {
        if (secret.Kind == SecretKind.WireGuard)
        {
            var read = WireGuardProfile.Parse(secret.Text);
            return read.IsValid ? new VpnHop(layer, new WireGuardPlan(secret.Name, secret.Text, read.Profile), tunnels) : Unreadable(read.Errors[0]);
        }
        else
        {
            var read = OpenVpnProfile.Parse(secret.Text);
            return read.IsValid ? new VpnHop(layer, new OpenVpnPlan(secret.Name, read.Profile, secret.User, secret.Password), tunnels) : Unreadable(read.Errors[0]);
        }

        Hop Unreadable(ProfileRemark error) =>
            new ClosedHop(layer.Title, new Failure(FailureStage.Dial, FailureCause.Unsupported, $"the profile '{secret.Name}', {error}"));
    }
}
