using System.CommandLine;
using System.Globalization;
using RemoteChain.Gateway.Machines;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain machine …</c></summary>
static class MachineCommands
{
    public static Command Build(Calling calling) =>
        new Verb("machine", "Emulated machines: list, create, start, pause, stop, set, destroy, console, screenshot.")
        {
            List(calling), Create(calling),
            Step(calling, "start", "Starts a machine, or lets a paused one go on.", "runs"),
            Step(calling, "pause", "Lets a running machine stand still; start lets it go on.", "stands still"),
            Step(calling, "stop", "Turns a machine off: what was in its RAM is gone.", "is off"),
            Set(calling), Destroy(calling), MachineConsole.Build(calling), Screenshot(calling),
        };

    /// <summary>The machine that a command is about.</summary>
    public static Argument<string> MachineName() => new("name") { Description = "The machine, as `machine list` shows it." };

    /// <summary>The machine's address.</summary>
    public static string PathOf(Call call, Argument<string> name) => $"/machines/{NodeClient.Escape(call.Value(name))}";

    static Option<int?> Speed() => new("--processor") { HelpName = "MIPS", Description = "Million instructions a second that it may run at most: 1 to 250." };

    static Option<int?> Memory(string description) => new("--memory") { HelpName = "MIB", Description = description };

    static Verb List(Calling calling)
    {
        var command = new Verb("list", "Machines of this node.", "machine list");
        calling(command, async call => call.Show<MachineSummary[]>(await call.Client.GetAsync("/machines", call.Cancellation), machines =>
            call.Terminal.Table(["NAME", "TEMPLATE", "OWNER", "STATE", "RAM", "MIPS", "DISPLAY", "INSTRUCTIONS", "EXPIRES", "FAILURE"],
                machines.Select(machine => new[]
                {
                    machine.Name, machine.Template, machine.Owner, machine.State, $"{machine.MemoryMib} MiB", $"{machine.Mips}",
                    machine.Width == 0 ? "-" : $"{machine.Width}x{machine.Height}", Millions(machine.Instructions),
                    machine.Session.Length > 0 ? "with its session" : machine.Expires is { } end ? Terminal.Moment(end) : "never", machine.Failure ?? "",
                }), "There is no machine.")));
        return command;
    }

    static Verb Create(Calling calling)
    {
        var name = new Argument<string>("name") { Description = "How it shall be called." };
        var template = new Option<string>("--template") { HelpName = "NAME", Description = "What it is made from.", Required = true };
        var (memory, speed) = (Memory("RAM in MiB; default the template's."), Speed());
        var command = new Verb("create", "Makes a machine that outlives its sessions; it is not started.", "machine create box --template debian-shell",
            "machine create box --template debian-shell --memory 256 --processor 100") { name, template, memory, speed };
        calling(command, async call => call.Show<MachineSummary>(
            await call.Client.SendAsync(HttpMethod.Post, "/machines", new
            {
                name = call.Value(name), template = call.Value(template), memory = call.Value(memory), processor = call.Value(speed),
            }, call.Cancellation),
            machine => call.Done($"Made the machine '{machine.Name}'. A chain opens it with `kind: machine` and `machine: {machine.Name}`.")));
        return command;
    }

    static Verb Step(Calling calling, string word, string description, string outcome)
    {
        var name = MachineName();
        var command = new Verb(word, description, $"machine {word} box") { name };
        calling(command, async call => call.Show<MachineSummary>(
            await call.Client.SendAsync(HttpMethod.Post, $"{PathOf(call, name)}/{word}", null, null, call.Cancellation),
            machine => call.Done($"The machine '{machine.Name}' {outcome}.")));
        return command;
    }

    static Verb Set(Calling calling)
    {
        var (name, speed, memory) = (MachineName(), Speed(), Memory("RAM in MiB; only while it is stopped."));
        var command = new Verb("set", "Gives a machine another speed, also while it runs, or another RAM.", "machine set box --processor 50",
            "machine set box --memory 256") { name, speed, memory };
        calling(command, async call => call.Show<MachineSummary>(
            await call.Client.SendAsync(HttpMethod.Patch, PathOf(call, name), new { processor = call.Value(speed), memory = call.Value(memory) }, call.Cancellation),
            machine => call.Done($"The machine '{machine.Name}' has {machine.MemoryMib} MiB and runs at most {machine.Mips} million instructions a second.")));
        return command;
    }

    static Verb Destroy(Calling calling)
    {
        var (name, yes) = (MachineName(), CommandLine.Yes());
        var command = new Verb("destroy", "Ends a machine and everything of it.", "machine destroy box") { name, yes };
        calling(command, async call =>
        {
            call.Terminal.Confirm($"Destroy the machine '{call.Value(name)}' and all that is in it?", call.Value(yes));
            await call.Client.DeleteAsync(PathOf(call, name), call.Cancellation);
            call.Done($"Destroyed the machine '{call.Value(name)}'.");
        });
        return command;
    }

    static Verb Screenshot(Calling calling)
    {
        var name = MachineName();
        var output = new Option<string?>("--output", "-o") { HelpName = "FILE", Description = "Where to write it; default NAME.png." };
        var command = new Verb("screenshot", "Writes what a running machine shows to a PNG file.", "machine screenshot box -o box.png") { name, output };
        calling(command, async call =>
        {
            var image = await call.Client.GetBytesAsync($"{PathOf(call, name)}/screenshot", call.Cancellation);
            var file = call.Value(output) ?? $"{call.Value(name)}.png";
            try
            {
                await File.WriteAllBytesAsync(file, image, call.Cancellation);
            }
            catch (Exception refused) when (refused is IOException or UnauthorizedAccessException)
            {
                throw new CommandException(ExitCode.Failed, $"{file} cannot be written: {refused.Message}");
            }
            call.Done($"Wrote {file}.");
        });
        return command;
    }

    static string Millions(long count) => count == 0 ? "-" : string.Create(CultureInfo.InvariantCulture, $"{count / 1_000_000.0:0} million");
}
