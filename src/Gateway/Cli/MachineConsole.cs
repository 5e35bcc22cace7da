using RemoteChain.Gateway.Api;

namespace RemoteChain.Gateway.Cli;

/// <summary><c>remotechain machine console</c>: a machine's serial port as a terminal.</summary>
static class MachineConsole
{
    const int WaitSeconds = 20;

    /// <summary>Ctrl+], as telnet has it.</summary>
    const char Leave = '\u001d';

    public static Verb Build(Calling calling)
    {
        var name = MachineCommands.MachineName();
        var command = new Verb("console", "A machine's serial port: shows what comes and types what you type. Ctrl+] leaves. With input from a file or "
            + "a pipe it types that and goes on showing until Ctrl+C.", "machine console box", "echo uname -a | remotechain machine console box") { name };
        calling(command, async call =>
        {
            var path = $"{MachineCommands.PathOf(call, name)}/console";
            using var leaving = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
            var showing = ShowAsync(call, path, leaving.Token);
            if (call.Terminal.Interactive) await Task.Run(() => TypeKeysAsync(call, path, leaving), CancellationToken.None);
            else await TypeAsync(call, path, call.Terminal.ReadAll(), leaving.Token);
            await showing;
        });
        return command;
    }

    static async Task ShowAsync(Call call, string path, CancellationToken cancellationToken)
    {
        long next = 0;
        try
        {
            while (true)
            {
                var text = NodeClient.Read<MachineEndpoints.SerialText>(await call.Client.GetAsync($"{path}?from={next}&wait={WaitSeconds}", cancellationToken));
                next = text.Next;
                call.Terminal.Output.Write(text.Text);
                call.Terminal.Output.Flush();
            }
        }
        catch (OperationCanceledException)
        {
            // Left.
        }
    }

    static async Task TypeKeysAsync(Call call, string path, CancellationTokenSource leaving)
    {
        call.Terminal.Error.WriteLine("Ctrl+] leaves.");
        while (!leaving.IsCancellationRequested)
        {
            var key = Console.ReadKey(intercept: true);
            if (key.KeyChar == Leave) break;
            if (key.KeyChar != '\0') await TypeAsync(call, path, $"{key.KeyChar}", leaving.Token);
        }
        await leaving.CancelAsync();
    }

    static async Task TypeAsync(Call call, string path, string text, CancellationToken cancellationToken)
    {
        if (text.Length > 0) await call.Client.SendAsync(HttpMethod.Post, path, new { text }, cancellationToken);
    }
}
