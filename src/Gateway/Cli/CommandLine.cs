using System.CommandLine;
using System.CommandLine.Help;
using System.CommandLine.Invocation;
using System.CommandLine.Parsing;

namespace RemoteChain.Gateway.Cli;

/// <summary>The command line as a whole: its verbs, the options that all share, help with examples, and errors as one sentence.</summary>
sealed class CommandLine
{
    readonly Option<string?> _node = new(
        "--node") { Description = "The node to talk to, such as https://gw.example. Without it: the one you signed in to, else the one "
        + "you run here. Also REMOTECHAIN_NODE.", Recursive = true, HelpName = "URL" };
    readonly Option<string?> _data = new(
        "--data") { Description = "The node's data directory (default: $XDG_DATA_HOME/remotechain or ~/.local/share/remotechain).",
        Recursive = true, HelpName = "DIR" };
    readonly Option<bool> _json = new("--json") { Description = "Print the result as JSON.", Recursive = true };
    readonly Terminal _terminal;
    readonly Login _login;
    readonly Func<NodeOptions, WebApplication> _host;

    /// <param name="terminal">Where it reads and writes.</param>
    /// <param name="login">The nodes that were signed in to.</param>
    /// <param name="host">Makes the node that <c>node</c> runs; a headless one unless given.</param>
    public CommandLine(Terminal terminal, Login? login = null, Func<NodeOptions, WebApplication>? host = null)
    {
        _terminal = terminal;
        _login = login ?? new Login();
        _host = host ?? (options => NodeHosting.Build(options));
    }

    /// <summary>Asks before a loss unless it is given.</summary>
    public static Option<bool> Yes() => new("--yes", "-y") { Description = "Do not ask." };

    /// <summary>Runs one command line and gives the process's exit status.</summary>
    public async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken = default)
    {
        var root = new RootCommand(
            "RemoteChain opens chains of remote desktops, keeps their sessions, and says which layer is slow.") { _node, _data, _json };
        root.Add(NodeCommand.Build(_data, _host));
        root.Add(ChainCommands.Build(Calling));
        root.Add(SessionCommands.Build(Calling));
        root.Add(InjectCommands.Build(Calling));
        root.Add(ProbeCommand.Build(Calling));
        root.Add(ReportCommand.Build(Calling));
        root.Add(UserCommands.Build(Calling));
        root.Add(SecretCommands.Build(Calling));
        root.Add(PassCommands.Build(Calling));
        root.Add(PinCommands.Build(Calling));
        root.Add(RelayCommands.Build(Calling, _data));
        root.Add(NestedCommands.Build(Calling));
        root.Add(MachineCommands.Build(Calling));
        root.Add(TemplateCommands.Build(Calling));
        root.Add(AuditCommand.Build(Calling));
        root.Add(LoginCommands.BuildLogin(Calling, _login));
        root.Add(LoginCommands.BuildLogout(Calling, _login));
        foreach (var option in root.Options.OfType<HelpOption>()) option.Action = new HelpWithExamples((HelpAction)option.Action!);

        // No deadline of its own for Ctrl+C: a node takes the time that it needs to end its sessions, and the host hears the signal itself.
        var configuration = new InvocationConfiguration
        {
            Output = _terminal.Output, Error = _terminal.Error, EnableDefaultExceptionHandler = false, ProcessTerminationTimeout = null,
        };
        try
        {
            var line = root.Parse(arguments);
            if (line.Errors.Count > 0 && line.Action is ParseErrorAction)
            {
                foreach (var error in line.Errors) _terminal.Error.WriteLine(error.Message);
                _terminal.Error.WriteLine($"See: {Typed(line.CommandResult)} --help");
                return ExitCode.Usage;
            }
            return await line.InvokeAsync(configuration, cancellationToken);
        }
        catch (CommandException refused)
        {
            _terminal.Error.WriteLine(refused.Message);
            return refused.ExitCode;
        }
        catch (OperationCanceledException)
        {
            return 130; // as shells report an end by Ctrl+C
        }
    }

    // The command as it is typed, from the root down.
    static string Typed(CommandResult command) =>
        command.Parent is CommandResult parent ? $"{Typed(parent)} {command.Command.Name}" : "remotechain";

    // Every command that talks to a node is set up here: found, signed in, and let go.
    void Calling(Command command, Func<Call, Task> run) => command.SetAction(async (line, cancellationToken) =>
    {
        using var client = NodeClient.Find(line.GetValue(_node), line.GetValue(_data), _login);
        await run(new(line, client, _terminal, line.GetValue(_json), cancellationToken));
        return ExitCode.Done;
    });

    sealed class HelpWithExamples(HelpAction help) : SynchronousCommandLineAction
    {
        public override bool ClearsParseErrors => true;

        public override int Invoke(ParseResult line)
        {
            // People type `remotechain`; the library only knows the name of this file.
            var output = line.InvocationConfiguration.Output;
            using var text = new StringWriter();
            line.InvocationConfiguration.Output = text;
            help.Invoke(line);
            line.InvocationConfiguration.Output = output;
            output.Write(text.ToString().Replace(RootCommand.ExecutableName, "remotechain", StringComparison.Ordinal));
            if (line.CommandResult.Command is Verb { Examples.Count: > 0 } verb)
            {
                output.WriteLine("Examples:");
                foreach (var example in verb.Examples) output.WriteLine($"  remotechain {example}");
                output.WriteLine();
            }
            output.WriteLine($"Exit status: {ExitCode.Legend}.");
            return ExitCode.Done;
        }
    }
}

/// <summary>Sets a command up to talk to a node.</summary>
delegate void Calling(Command command, Func<Call, Task> run);
