using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>One machine: what it is made of, and its process while it runs. Safe from any thread.</summary>
/// <param name="stored">What it was made of.</param>
/// <param name="template">Its template, read.</param>
/// <param name="session">The session that it ends with; empty when it outlives its sessions.</param>
/// <param name="files">Where its files are.</param>
/// <param name="overlayFile">What it changes of its disk, if it has one; goes with it.</param>
/// <param name="start">Starts processes.</param>
/// <param name="program">The process of a machine.</param>
/// <param name="exit">Where its network leaves it.</param>
/// <param name="audit">For what its network refuses.</param>
internal sealed class EmulatedMachine(
    StoredMachine stored, MachineTemplate template, string session, GuestFiles files, string overlayFile, Lazy<ConfinedStart> start, string program,
    MachineExit exit, AuditLog audit) : IAsyncDisposable
{
    /// <summary>Memory of the process besides the guest's RAM: the runtime, decoded code, pictures.</summary>
    private const long OwnBytesMax = 768L << 20;

    /// <summary>How long a process that has closed a screen may take to say why.</summary>
    private static readonly TimeSpan s_lastWords = TimeSpan.FromSeconds(1);

    private volatile MachineExit _exit = exit;
    private readonly SemaphoreSlim _changing = new(1);
    private readonly Lock _gate = new();
    private WorkerProcess? _process;
    private Task _listening = Task.CompletedTask;
    private MachineReport? _report;
    private GuestNetwork? _network;
    private Failure? _failure;
    private string _state = Stopped;
    private int _mips = stored.Mips;
    private int _memoryMib = stored.MemoryMib;

    /// <summary>Words for states.</summary>
    public const string Stopped = "stopped", Starting = "starting", Running = "running", Paused = "paused", Failed = "failed";

    /// <summary>Unique in the node.</summary>
    public string Name => stored.Name;

    /// <summary>Account name.</summary>
    public string Owner => stored.Owner;

    /// <summary>The session that it ends with; empty when it outlives its sessions.</summary>
    public string Session => session;

    /// <summary>When it is destroyed by itself; null for never.</summary>
    public DateTimeOffset? Expires => stored.Expires;

    /// <summary>RAM that it takes while it runs.</summary>
    public int MemoryMib => _memoryMib;

    /// <summary>Whether it has a process.</summary>
    public bool IsUp => _state is Starting or Running or Paused;

    /// <summary>What it has sent on its serial port.</summary>
    public SerialLog Serial { get; } = new();

    /// <summary>As it is now.</summary>
    public MachineSummary Summary
    {
        get
        {
            lock (_gate)
            {
                return new MachineSummary(
                    Name, template.Name, Owner, _state, _failure?.Sentence(), session, _memoryMib, _mips, stored.Created, stored.Expires)
                {
                    ProcessId = _process?.ProcessId, Instructions = _report?.Instructions ?? 0, IdleInstructions = _report?.IdleInstructions ?? 0,
                    Restarts = _report?.Restarts ?? 0, Width = _report?.Width ?? 0, Height = _report?.Height ?? 0,
                    Network = _network?.Summary,
                };
            }
        }
    }

    /// <summary>Starts it, or lets a paused one go on; does nothing to one that runs.</summary>
    /// <returns>Why it cannot be; null when it runs.</returns>
    public async Task<Failure?> StartAsync(CancellationToken cancellationToken)
    {
        await _changing.WaitAsync(cancellationToken);
        try
        {
            if (IsUp)
            {
                return Set(_mips, isPaused: false) ? null : new Failure(FailureStage.Activate, FailureCause.WorkerDied, "");
            }

            Become(Starting, null);
            var failure = await MakeAsync(cancellationToken);
            if (failure is not null)
            {
                Become(Failed, failure);
            }

            return failure;
        }
        catch (OperationCanceledException)
        {
            Become(Stopped, null);
            throw;
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Ends its process; what was in its RAM is gone.</summary>
    public async Task StopAsync()
    {
        await _changing.WaitAsync();
        try
        {
            WorkerProcess? process;
            lock (_gate)
            {
                process = _process;
            }

            if (process is not null)
            {
                await process.DisposeAsync();
            }

            await _listening;
            Become(Stopped, null);
        }
        finally
        {
            _changing.Release();
        }
    }

    /// <summary>Changes speed, and whether it stands still.</summary>
    /// <returns>False when it does not run.</returns>
    public bool Set(int mips, bool? isPaused)
    {
        lock (_gate)
        {
            _mips = mips;
            if (_process is null)
            {
                return false;
            }

            bool pause = isPaused ?? _state == Paused;
            _state = pause ? Paused : Running;
            return _process.Send(new SetMachine(mips, pause));
        }
    }

    /// <summary>Gives it another RAM for its next start. False while it runs.</summary>
    public bool SetMemory(int memoryMib)
    {
        lock (_gate)
        {
            if (IsUp)
            {
                return false;
            }

            _memoryMib = memoryMib;
            return true;
        }
    }

    /// <summary>Types into its serial port. False when it does not run.</summary>
    public bool Type(ReadOnlySpan<byte> bytes)
    {
        lock (_gate)
        {
            bool isUp = _process is not null;
            for (int at = 0; at < bytes.Length && isUp; at += MachineSerial.BytesMax)
            {
                isUp = _process!.Send(new MachineSerial(bytes[at..Math.Min(bytes.Length, at + MachineSerial.BytesMax)].ToArray()));
            }

            return isUp;
        }
    }

    /// <summary>Lets its connections begin somewhere else from now on, also while it runs. False when it has no network.</summary>
    public bool TryLeaveBy(MachineExit way)
    {
        _exit = way;
        return template.Network is not null;
    }

    /// <summary>Opens a look at it; the descriptors stay the caller's. Null when it does not run.</summary>
    public MachineScreen? OpenScreen(DescriptorHandle surface, DescriptorHandle inputBell)
    {
        lock (_gate)
        {
            if (_process is null)
            {
                return null;
            }

            var (here, there) = ControlSocket.CreatePair();
            using (there)
            {
                if (_process.Send(new OpenScreen(there.Handle, surface, inputBell)))
                {
                    return new MachineScreen(here, _process.ProcessId);
                }
            }

            here.Dispose();
            return null;
        }
    }

    /// <summary>Why it does not run (any more); null when it does, or was turned off. Waits a moment for a process that is just ending.</summary>
    public async Task<Failure?> WhyEndedAsync(CancellationToken cancellationToken)
    {
        await Task.WhenAny(_listening, Task.Delay(s_lastWords, cancellationToken));
        lock (_gate)
        {
            return _failure;
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _changing.Dispose();
    }

    /// <summary>Ends it and removes what it has written.</summary>
    public async Task DestroyAsync()
    {
        await DisposeAsync();
        File.Delete(overlayFile);
    }

    private async Task<Failure?> MakeAsync(CancellationToken cancellationToken)
    {
        var parts = new List<KeyValuePair<MachinePart, DescriptorHandle>>();
        GuestNetwork? network = null;
        try
        {
            foreach (var (part, file) in template.Files.OrderBy(file => file.Key))
            {
                if (!files.Has(file))
                {
                    return new Failure(FailureStage.Activate, FailureCause.TemplateBroken,
                        $"the file {file} of the template '{template.Name}' is not there; `remotechain template build {template.Name}` fetches what belongs to a shipped one");
                }

                using var opened = File.OpenHandle(files.PathOf(file));
                parts.Add(new(part, DescriptorHandle.DuplicateOf(opened)));
            }

            if (template.Files.ContainsKey(MachinePart.Disk))
            {
                using var overlay = File.OpenHandle(overlayFile, FileMode.OpenOrCreate, FileAccess.ReadWrite);
                parts.Add(new(MachinePart.Overlay, DescriptorHandle.DuplicateOf(overlay)));
            }

            if (template.Network is { } rules)
            {
                var (here, there) = ControlSocket.CreatePair();
                network = new GuestNetwork(here, rules, () => _exit, Refused);
                using (there)
                {
                    parts.Add(new(MachinePart.Network, there.Handle.Duplicate()));
                }
            }

            var process = await start.Value.StartAsync(
                new ConfinedProgram(program, [], OwnBytesMax + ((long)_memoryMib << 20)), cancellationToken);
            // Not disposed of: its descriptors are closed below.
            bool sent = process.Send(new StartMachine(
                template.Boot, template.CommandLine, _memoryMib, _mips, template.Display.Width, template.Display.Height, parts));
            lock (_gate)
            {
                (_process, _state, _report, _network) = (process, Running, null, network);
            }

            network?.Start();
            _listening = ListenAsync(process, network);
            network = null;
            return sent ? null : new Failure(FailureStage.Activate, FailureCause.WorkerDied, "");
        }
        catch (Exception ex) when (ex is IOException or UnauthorizedAccessException or InvalidOperationException)
        {
            return new Failure(FailureStage.Sandbox, FailureCause.WorkerDied, ex.Message);
        }
        finally
        {
            parts.ForEach(part => part.Value.Dispose());
            if (network is not null)
            {
                await network.DisposeAsync();
            }
        }
    }

    /// <summary>Until the process ends, whoever ended it.</summary>
    private async Task ListenAsync(WorkerProcess process, GuestNetwork? network)
    {
        Failure ended = new(FailureStage.Run, FailureCause.WorkerDied, "");
        while (await process.ReceiveAsync(CancellationToken.None) is { } message)
        {
            using (message)
            {
                switch (message)
                {
                    case MachineReport report:
                        lock (_gate)
                        {
                            _report = report;
                        }

                        break;
                    case MachineSerial serial:
                        Serial.Add(serial.Bytes);
                        break;
                    case Failed failed:
                        ended = failed.Failure;
                        break;
                    default:
                        ended = new Failure(FailureStage.Run, FailureCause.ProtocolError, $"unexpected {message.GetType().Name}");
                        process.Kill();
                        break;
                }
            }
        }

        lock (_gate)
        {
            (_process, _network) = (null, null);
            (_state, _failure) = ended.Cause == FailureCause.Stopped ? (Stopped, (Failure?)null) : (Failed, ended);
        }

        await process.DisposeAsync();
        if (network is not null)
        {
            await network.DisposeAsync();
        }
    }

    private void Refused(NetworkRefusal refusal) =>
        audit.Append(new AuditEvent(AuditAction.MachineNetworkRefused, Owner, Name, Detail: $"{refusal.To}: {refusal.Why}"));

    private void Become(string state, Failure? failure)
    {
        lock (_gate)
        {
            (_state, _failure) = (state, failure);
        }
    }
}
