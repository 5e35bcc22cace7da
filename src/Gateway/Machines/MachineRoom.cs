using System.Collections.Concurrent;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>All machines of this node: those that were created and outlive whoever looks, and those of sessions.</summary>
public sealed class MachineRoom : IAsyncDisposable
{
    /// <summary>Machines of a node, and of one account.</summary>
    public const int MachinesMax = 64, PerAccountMax = 16;

    /// <summary>Machines that run at once.</summary>
    public const int RunningMax = 16;

    /// <summary>RAM of all running machines together, as a share of the host's.</summary>
    private const int HostMemoryShare = 2;

    private static readonly TimeSpan s_expiryPeriod = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, EmulatedMachine> _machines = new(StringComparer.Ordinal);
    private readonly MachineTemplates _templates;
    private readonly MachineStore _store;
    private readonly GuestFiles _files;
    private readonly Lazy<ConfinedStart> _start;
    private readonly string _program;
    private readonly string _overlays;
    private readonly MachineExit _exit;
    private readonly AuditLog _audit;
    private readonly TimeProvider _time;
    private readonly ITimer _expiry;

    /// <summary>Finds what the store keeps; nothing is started.</summary>
    /// <param name="templates">What machines are made from.</param>
    /// <param name="store">Machines that outlive their sessions.</param>
    /// <param name="files">Their files.</param>
    /// <param name="start">Starts processes; made when the first machine is started.</param>
    /// <param name="program">The process of a machine.</param>
    /// <param name="overlays">The folder for what machines change of their disks.</param>
    /// <param name="exit">Where networks of machines leave them.</param>
    /// <param name="audit">For what they refuse.</param>
    /// <param name="time">For times to live.</param>
    public MachineRoom(
        MachineTemplates templates, MachineStore store, GuestFiles files, Lazy<ConfinedStart> start, string program, string overlays, MachineExit exit,
        AuditLog audit, TimeProvider time)
    {
        (_templates, _store, _files, _start, _program, _overlays) = (templates, store, files, start, program, overlays);
        (_exit, _audit, _time) = (exit, audit, time);
        foreach (var stored in store.Machines())
        {
            if (MachineTemplate.Parse(stored.Template).Template is { } template)
            {
                _machines[stored.Name] = Machine(stored, template, "");
            }
        }

        // What a node that was killed left of its sessions' machines.
        foreach (string overlay in Directory.EnumerateFiles(overlays).Where(file => !_machines.ContainsKey(Path.GetFileNameWithoutExtension(file))))
        {
            File.Delete(overlay);
        }

        _expiry = time.CreateTimer(_ => DestroyExpired(), null, s_expiryPeriod, s_expiryPeriod);
    }

    /// <summary>All machines, by name.</summary>
    public IReadOnlyList<MachineSummary> List() =>
        [.. _machines.Values.Select(machine => machine.Summary).OrderBy(machine => machine.Name, StringComparer.Ordinal)];

    /// <summary>One machine; null when there is none.</summary>
    public MachineSummary? Find(string name) => _machines.GetValueOrDefault(name)?.Summary;

    /// <summary>Makes a machine that outlives its sessions; it is not started.</summary>
    /// <returns>Why it cannot be made; null when it was.</returns>
    public string? Create(string name, string templateName, int? memoryMib, int? mips, Account owner) =>
        Make(name, templateName, memoryMib ?? 0, mips ?? 0, owner.Name, "", out _);

    /// <summary>Starts a machine, or lets a paused one go on.</summary>
    /// <returns>Why it cannot be; null when it runs.</returns>
    public async Task<Failure?> StartAsync(string name, CancellationToken cancellationToken)
    {
        if (_machines.GetValueOrDefault(name) is not { } machine)
        {
            return Gone(name);
        }

        if (!machine.IsUp && NoRoomFor(machine) is { } full)
        {
            return full;
        }

        return await machine.StartAsync(cancellationToken);
    }

    /// <summary>Lets a running machine stand still. False when it does not run.</summary>
    public bool Pause(string name) => _machines.GetValueOrDefault(name) is { } machine && machine.Set(machine.Summary.Mips, isPaused: true);

    /// <summary>Gives a machine another speed, now and for its next start. False when there is none.</summary>
    public bool SetMips(string name, int mips)
    {
        if (_machines.GetValueOrDefault(name) is not { } machine)
        {
            return false;
        }

        machine.Set(mips, isPaused: null);
        _store.SetMips(name, mips);
        return true;
    }

    /// <summary>Gives a machine another RAM for its next start. False when there is none, or it runs.</summary>
    public bool SetMemory(string name, int memoryMib)
    {
        if (_machines.GetValueOrDefault(name) is not { } machine || !machine.SetMemory(memoryMib))
        {
            return false;
        }

        _store.SetMemory(name, memoryMib);
        return true;
    }

    /// <summary>Ends a machine's process. False when there is no such machine.</summary>
    public async Task<bool> StopAsync(string name)
    {
        if (_machines.GetValueOrDefault(name) is not { } machine)
        {
            return false;
        }

        await machine.StopAsync();
        return true;
    }

    /// <summary>Ends a machine and forgets it. False when there is none.</summary>
    public async Task<bool> DestroyAsync(string name)
    {
        if (!_machines.TryRemove(name, out var machine))
        {
            return false;
        }

        _store.Delete(name);
        await machine.DestroyAsync();
        return true;
    }

    /// <summary>What a machine has sent on its serial port; null when there is no such machine.</summary>
    public SerialLog? Serial(string name) => _machines.GetValueOrDefault(name)?.Serial;

    /// <summary>Types into a machine's serial port. False when it does not run.</summary>
    public bool Type(string name, ReadOnlySpan<byte> bytes) => _machines.GetValueOrDefault(name)?.Type(bytes) ?? false;

    /// <summary>Opens a look at a machine that runs; the descriptors stay the caller's.</summary>
    public MachineScreen? OpenScreen(string name, DescriptorHandle surface, DescriptorHandle inputBell) =>
        _machines.GetValueOrDefault(name)?.OpenScreen(surface, inputBell);

    /// <summary>Why a machine does not run (any more); null when it does, or was turned off.</summary>
    public Task<Failure?> WhyEndedAsync(string name, CancellationToken cancellationToken) =>
        _machines.GetValueOrDefault(name) is { } machine ? machine.WhyEndedAsync(cancellationToken) : Task.FromResult<Failure?>(Gone(name));

    /// <summary>The machine of a session, made when there is none yet, and started.</summary>
    /// <param name="layer">What the chain says.</param>
    /// <param name="chain">Name of the chain.</param>
    /// <param name="session">Id of the session.</param>
    /// <param name="owner">Whose session it is.</param>
    /// <param name="exit">Where its network leaves it from now on; null for the node's own network.</param>
    /// <param name="cancellationToken">Ends the waiting.</param>
    /// <returns>Its name, or why there is none.</returns>
    public async Task<(string? Name, Failure? Failure)> TakeAsync(
        MachineLayer layer, string chain, string session, Account owner, MachineExit? exit, CancellationToken cancellationToken)
    {
        string name = layer.Machine.Length > 0 ? layer.Machine : NameOf(chain, layer.Keep ? owner.Name.ToLowerInvariant() : session);
        if (layer.Machine.Length > 0)
        {
            if (_machines.GetValueOrDefault(name) is not { } known || !(owner.IsAdmin || known.Owner == owner.Name))
            {
                return (null, Gone(name));
            }
        }
        else if (!_machines.ContainsKey(name)
            && Make(name, layer.Template, layer.MemoryMib, layer.Mips, owner.Name, layer.Keep ? "" : session, out var failure) is { } why)
        {
            return (null, failure ?? new Failure(FailureStage.Activate, FailureCause.TooBusy, why));
        }

        if (exit is not null && _machines.GetValueOrDefault(name)?.TryLeaveBy(exit) == false)
        {
            return (null, new Failure(FailureStage.Activate, FailureCause.TemplateBroken,
                $"the template '{layer.Template}' has no network: the hops before the machine have nothing to carry"));
        }

        var refused = await StartAsync(name, cancellationToken);
        return refused is null ? (name, null) : (null, refused);
    }

    /// <summary>A session has ended: its machine goes with it, unless it was to be kept.</summary>
    public async Task SessionEndedAsync(string session)
    {
        foreach (var machine in _machines.Values.Where(machine => machine.Session == session))
        {
            await DestroyAsync(machine.Name);
        }
    }

    /// <summary>Ends all machines.</summary>
    public async ValueTask DisposeAsync()
    {
        await _expiry.DisposeAsync();
        await Task.WhenAll(_machines.Values.Select(machine => machine.Session.Length > 0 ? machine.DestroyAsync() : machine.DisposeAsync().AsTask()));
        _machines.Clear();
        if (_start.IsValueCreated)
        {
            _start.Value.Dispose();
        }
    }

    private string? Make(string name, string templateName, int memoryMib, int mips, string owner, string session, out Failure? failure)
    {
        failure = null;
        if (_templates.Find(templateName) is not { } text || MachineTemplate.Parse(text).Template is not { } template)
        {
            failure = new Failure(FailureStage.Activate, FailureCause.TemplateBroken, $"there is no template '{templateName}'");
            return $"There is no template '{templateName}' that can be read.";
        }

        if (_machines.Count >= MachinesMax || _machines.Values.Count(machine => machine.Owner == owner) >= PerAccountMax)
        {
            return $"There is no room for another machine: {MachinesMax} are the most of a node, {PerAccountMax} of an account.";
        }

        var now = _time.GetUtcNow();
        var stored = new StoredMachine(name, text, owner, memoryMib > 0 ? memoryMib : template.MemoryMib, mips > 0 ? mips : template.Mips, now,
            template.TimeToLive > TimeSpan.Zero && session.Length == 0 ? now + template.TimeToLive : null);
        if (!_machines.TryAdd(name, Machine(stored, template, session)))
        {
            return $"There is a machine '{name}' already.";
        }

        if (session.Length == 0)
        {
            _store.Add(stored);
        }

        return null;
    }

    private EmulatedMachine Machine(StoredMachine stored, MachineTemplate template, string session) =>
        new(stored, template, session, _files, Path.Combine(_overlays, $"{stored.Name}.overlay"), _start, _program, _exit, _audit);

    private Failure? NoRoomFor(EmulatedMachine machine)
    {
        var running = _machines.Values.Where(other => other.IsUp).ToList();
        long hostMib = GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 20;
        return running.Count >= RunningMax
            ? new Failure(FailureStage.Activate, FailureCause.TooBusy, $"{RunningMax} machines run already")
            : running.Sum(other => other.MemoryMib) + machine.MemoryMib > hostMib / HostMemoryShare
                ? new Failure(FailureStage.Activate, FailureCause.TooBusy, $"the running machines and this one need more than half of the {hostMib} MiB of RAM here")
                : null;
    }

    private void DestroyExpired()
    {
        var now = _time.GetUtcNow();
        foreach (var machine in _machines.Values.Where(machine => machine.Expires <= now))
        {
            _ = DestroyAsync(machine.Name);
        }
    }

    private static Failure Gone(string name) => new(FailureStage.Activate, FailureCause.TemplateBroken, $"there is no machine '{name}'");

    /// <summary>Names of sessions' machines cannot be those of others: created ones have no tilde.</summary>
    private static string NameOf(string chain, string whose) => $"{chain}~{whose}";
}
