using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;

namespace RemoteChain.Gateway.Sessions;

/// <summary>What every session of a node works with.</summary>
public sealed record SessionContext(
    WorkerPool Pool, SecretVault Secrets, PinStore Pins, Route Route, NestedTemplates Nested, MachineRoom Machines, AuditLog Audit, SessionRecords Records, IcmpWire Icmp, TimeProvider Time,
    ILogger<SessionRunner> Log);
