using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Api;

/// <summary>Emulated machines. Users see and use their own, admins all.</summary>
static class MachineEndpoints
{
    const int TypedCharsMax = 64 * 1024, WaitSecondsMax = 20;

    /// <summary>A machine that shall be made.</summary>
    /// <param name="Name">Unique in the node.</param>
    /// <param name="Template">What it is made from.</param>
    /// <param name="Memory">RAM in MiB; none for the template's.</param>
    /// <param name="Processor">Million instructions a second at most; none for the template's.</param>
    public sealed record NewMachine(string? Name, string? Template, int? Memory, int? Processor);

    /// <summary>What shall change.</summary>
    /// <param name="Processor">Million instructions a second at most, also while it runs; none to leave it.</param>
    /// <param name="Memory">RAM in MiB, while it is stopped; none to leave it.</param>
    public sealed record MachineChange(int? Processor, int? Memory);

    /// <summary>What a machine has sent on its serial port.</summary>
    /// <param name="Text">Since the place that was asked from, as far as it is kept.</param>
    /// <param name="Next">The place to ask from next.</param>
    public sealed record SerialText(string Text, long Next);

    /// <summary>What shall be typed into the serial port.</summary>
    /// <param name="Text">Characters, as UTF-8.</param>
    public sealed record TypedText(string? Text);

    public static void Map(RouteGroupBuilder api)
    {
        var machines = api.MapGroup("/machines").WithTags("machines");
        machines.MapGet("", List).WithSummary("Machines of the caller (an admin's: all), with their state and what they have done.");
        machines.MapPost("", Create).WithSummary("Makes a machine that outlives its sessions. It is not started.")
            .Produces<MachineSummary>().ProducesProblem(409).ProducesProblem(422);
        machines.MapGet("/{name}", Get).WithSummary("One machine.").Produces<MachineSummary>().ProducesProblem(404);
        machines.MapPatch("/{name}", Change).WithSummary("Changes a machine: its speed at any time, its RAM while it is stopped.")
            .Produces<MachineSummary>().ProducesProblem(404).ProducesProblem(409).ProducesProblem(422);
        machines.MapDelete("/{name}", DestroyAsync).WithSummary("Ends a machine and everything of it.").Produces(204).ProducesProblem(404);
        machines.MapPost("/{name}/start", StartAsync).WithSummary("Starts a machine, or lets a paused one go on.").Produces<MachineSummary>()
            .ProducesProblem(404).ProducesProblem(409);
        machines.MapPost("/{name}/pause", Pause).WithSummary("Lets a running machine stand still.").Produces<MachineSummary>().ProducesProblem(404)
            .ProducesProblem(409);
        machines.MapPost("/{name}/stop", StopAsync).WithSummary("Turns a machine off: what was in its RAM is gone.").Produces<MachineSummary>()
            .ProducesProblem(404);
        machines.MapGet("/{name}/screenshot", ScreenshotAsync).WithSummary("What a running machine shows, as PNG.")
            .Produces(200, contentType: "image/png").ProducesProblem(404).ProducesProblem(409);
        machines.MapGet("/{name}/console", ReadConsoleAsync).WithSummary("What a machine has sent on its serial port; waits for more when asked to.")
            .Produces<SerialText>().ProducesProblem(404);
        machines.MapPost("/{name}/console", Type).WithSummary("Types into a running machine's serial port.").Produces(204).ProducesProblem(404)
            .ProducesProblem(409).ProducesProblem(422);
    }

    static IReadOnlyList<MachineSummary> List(Caller caller, MachineRoom room) => [.. room.List().Where(machine => MaySee(caller, machine))];

    static IResult Get(string name, Caller caller, MachineRoom room) =>
        Visible(name, caller, room) is { } machine ? TypedResults.Ok(machine) : ApiProblem.NotFound($"machine '{name}'");

    static IResult Create(NewMachine wanted, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (!Name.IsValid(wanted.Name)) return ApiProblem.Invalid($"`name` must be {Name.Rule}.");
        if (wanted.Memory is < MachineLayer.MemoryMibMin or > MachineLayer.MemoryMibMax) return BadMemory();
        if (wanted.Processor is < MachineLayer.MipsMin or > MachineLayer.MipsMax) return BadSpeed();
        if (room.Create(wanted.Name!, wanted.Template ?? "", wanted.Memory, wanted.Processor, caller.Account) is { } refusal)
            return ApiProblem.Conflict(refusal);
        audit.Append(new(AuditAction.MachineCreated, caller.Account.Name, wanted.Name!, caller.From, $"from the template '{wanted.Template}'"));
        return TypedResults.Ok(room.Find(wanted.Name!));
    }

    static IResult Change(string name, MachineChange change, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (Visible(name, caller, room) is null) return ApiProblem.NotFound($"machine '{name}'");
        if (change is { Processor: null, Memory: null }) return ApiProblem.Invalid("Say `processor`, `memory` or both.");
        if (change.Processor is < MachineLayer.MipsMin or > MachineLayer.MipsMax) return BadSpeed();
        if (change.Memory is < MachineLayer.MemoryMibMin or > MachineLayer.MemoryMibMax) return BadMemory();
        if (change.Memory is { } memory && memory != room.Find(name)?.MemoryMib && !room.SetMemory(name, memory))
            return ApiProblem.Conflict($"The machine '{name}' runs. Stop it to give it another RAM.");
        if (change.Processor is { } mips) room.SetMips(name, mips);
        if (room.Find(name) is { } now)
            audit.Append(new(AuditAction.MachineChanged, caller.Account.Name, name, caller.From, $"{now.MemoryMib} MiB, {now.Mips} million instructions a second"));
        return Get(name, caller, room);
    }

    static async Task<IResult> StartAsync(string name, Caller caller, MachineRoom room, AuditLog audit, CancellationToken cancellationToken)
    {
        if (Visible(name, caller, room) is null) return ApiProblem.NotFound($"machine '{name}'");
        if (await room.StartAsync(name, cancellationToken) is { } failure) return ApiProblem.Conflict($"{name}: {failure.Sentence()}.");
        audit.Append(new(AuditAction.MachineStarted, caller.Account.Name, name, caller.From));
        return Get(name, caller, room);
    }

    static IResult Pause(string name, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (Visible(name, caller, room) is null) return ApiProblem.NotFound($"machine '{name}'");
        if (!room.Pause(name)) return NotRunning(name);
        audit.Append(new(AuditAction.MachinePaused, caller.Account.Name, name, caller.From));
        return Get(name, caller, room);
    }

    static async Task<IResult> StopAsync(string name, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (Visible(name, caller, room) is null || !await room.StopAsync(name)) return ApiProblem.NotFound($"machine '{name}'");
        audit.Append(new(AuditAction.MachineStopped, caller.Account.Name, name, caller.From));
        return Get(name, caller, room);
    }

    static async Task<IResult> DestroyAsync(string name, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (Visible(name, caller, room) is null || !await room.DestroyAsync(name)) return ApiProblem.NotFound($"machine '{name}'");
        audit.Append(new(AuditAction.MachineDestroyed, caller.Account.Name, name, caller.From));
        return TypedResults.NoContent();
    }

    static async Task<IResult> ScreenshotAsync(string name, Caller caller, MachineRoom room, MachinePicture picture, CancellationToken cancellationToken)
    {
        if (Visible(name, caller, room) is null) return ApiProblem.NotFound($"machine '{name}'");
        return await picture.TakeAsync(name, cancellationToken) is { } image
            ? TypedResults.Bytes(image, "image/png")
            : ApiProblem.Conflict($"The machine '{name}' does not run, or shows nothing yet.");
    }

    static async Task<IResult> ReadConsoleAsync(string name, long? from, int? wait, Caller caller, MachineRoom room, CancellationToken cancellationToken)
    {
        if (Visible(name, caller, room) is null || room.Serial(name) is not { } log) return ApiProblem.NotFound($"machine '{name}'");
        if (wait > 0) await log.WaitAsync(from ?? 0, TimeSpan.FromSeconds(Math.Min(wait.Value, WaitSecondsMax)), cancellationToken);
        var (text, next) = log.Read(from ?? 0);
        return TypedResults.Ok(new SerialText(text, next));
    }

    static IResult Type(string name, TypedText typed, Caller caller, MachineRoom room, AuditLog audit)
    {
        if (Visible(name, caller, room) is null) return ApiProblem.NotFound($"machine '{name}'");
        if (typed.Text is not { Length: > 0 and <= TypedCharsMax } text) return ApiProblem.Invalid($"`text` has 1 to {TypedCharsMax} characters.");
        if (!room.Type(name, System.Text.Encoding.UTF8.GetBytes(text))) return NotRunning(name);
        // That somebody typed is worth a line, what they typed is theirs.
        audit.Append(new(AuditAction.MachineTypedTo, caller.Account.Name, name, caller.From, $"{text.Length} characters"));
        return TypedResults.NoContent();
    }

    static IResult BadSpeed() => ApiProblem.Invalid($"`processor` is {MachineLayer.MipsMin} to {MachineLayer.MipsMax} million instructions a second.");

    static IResult BadMemory() => ApiProblem.Invalid($"`memory` is {MachineLayer.MemoryMibMin} to {MachineLayer.MemoryMibMax} MiB.");

    static IResult NotRunning(string name) => ApiProblem.Conflict($"The machine '{name}' does not run.");

    static MachineSummary? Visible(string name, Caller caller, MachineRoom room) =>
        room.Find(name) is { } machine && MaySee(caller, machine) ? machine : null;

    static bool MaySee(Caller caller, MachineSummary machine) =>
        caller.Account.IsAdmin || machine.Owner.Equals(caller.Account.Name, StringComparison.OrdinalIgnoreCase);
}
