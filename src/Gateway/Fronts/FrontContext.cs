using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway.Fronts;

/// <summary>What every front of a node works with.</summary>
public sealed record FrontContext(
    WorkerPool Pool, SessionRegistry Sessions, ChainCatalog Chains, ChainAccess ChainAccess, SignIn SignIn, ConnectionPasses Passes, Invitations Invitations,
    DoorCertificate Certificate, ILogger<FrontDoor> Log);
