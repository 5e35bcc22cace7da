using System.Runtime.InteropServices;
using System.Text.Json;
using RemoteChain.Gateway.Lab;
using RemoteChain.Gateway.Sessions;

namespace RemoteChain.Gateway.Cli;

/// <summary>
/// A fault that lasts as long as its command. The node knows it only for a few seconds at a time, so a command that is killed takes its
/// fault along; and a fault that somebody else has ended, or whose node is gone, ends the command.
/// </summary>
static class HeldFault
{
    static readonly TimeSpan s_known = TimeSpan.FromSeconds(5), s_prolong = TimeSpan.FromSeconds(1);

    /// <summary>Orders the fault, holds it, ends it.</summary>
    /// <param name="call">The command.</param>
    /// <param name="order">The fault.</param>
    /// <param name="time">For how long; null = until the command is interrupted.</param>
    /// <param name="begin">Begins what the node does not do itself; gives null when it does all.</param>
    public static async Task RunAsync(Call call, FaultOrder order, TimeSpan? time, Func<LabFault?> begin)
    {
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(call.Cancellation);
        void End(PosixSignalContext signal)
        {
            signal.Cancel = true;
            ending.Cancel();
        }

        using var interrupted = PosixSignalRegistration.Create(PosixSignal.SIGINT, End);
        using var terminated = PosixSignalRegistration.Create(PosixSignal.SIGTERM, End);
        using var hungUp = PosixSignalRegistration.Create(PosixSignal.SIGHUP, End);
        var posted = await call.Client.SendAsync(HttpMethod.Post, "/faults", order with { ForMillis = (long)s_known.TotalMilliseconds }, ending.Token);
        var fault = NodeClient.Read<Fault>(posted);
        string? account = null, last = null;
        try
        {
            using var inForce = Begin(begin);
            call.Terminal.Error.WriteLine($"{fault.Id}: {order.DelayMillis:0.###} ms {order.Shape} at {fault.Place}. Ctrl+C ends it.");
            if (time is { } limit) ending.CancelAfter(limit);
            await HoldAsync(call, fault.Id, ending.Token);
            account = inForce?.Account;
        }
        finally
        {
            last = await EndAsync(call, fault.Id);
        }

        if (call.AsJson) call.Terminal.Json(last ?? JsonSerializer.Serialize(fault, NodeClient.Json));
        account ??= last is not null && NodeClient.Read<Fault>(last).Account is { } counted ? Sentence(counted) : "";
        call.Terminal.Error.WriteLine(last is null ? $"{fault.Id} was ended by somebody else, or with its session or node. {account}" : $"{fault.Id} has ended. {account}");
    }

    /// <summary>What a fault has really done, for people.</summary>
    public static string Sentence(FaultAccount account) => account.Delayed == 0
        ? $"0 of {account.Events} events"
        : $"{account.Delayed} of {account.Events} events, {account.WaitedMillis / account.Delayed:0.000} ms each, longest {account.LongestMillis:0.000} ms";

    static LabFault? Begin(Func<LabFault?> begin)
    {
        try
        {
            return begin();
        }
        catch (IOException refused)
        {
            throw new CommandException(ExitCode.Failed, refused.Message
                + (Environment.IsPrivilegedProcess ? "" : " Networks and hosts of a lab can only be touched by root: sudo ./remotechain inject …"));
        }
        catch (UnauthorizedAccessException refused)
        {
            throw new CommandException(ExitCode.Denied, $"{refused.Message} Networks and hosts of a lab can only be touched by root: sudo ./remotechain inject …");
        }
    }

    /// <summary>Ends when it is interrupted, when its time is over, or when the node does not know the fault any more.</summary>
    static async Task HoldAsync(Call call, string id, CancellationToken ending)
    {
        using var second = new PeriodicTimer(s_prolong);
        try
        {
            while (await second.WaitForNextTickAsync(ending))
                await call.Client.SendAsync(HttpMethod.Put, $"/faults/{id}", new { forMillis = (long)s_known.TotalMilliseconds }, ending);
        }
        catch (OperationCanceledException) when (ending.IsCancellationRequested)
        {
        }
        catch (CommandException gone) when (gone.ExitCode is ExitCode.NotFound or ExitCode.NoNode)
        {
        }
    }

    /// <summary>The node's last word about it; null when it does not know it any more.</summary>
    static async Task<string?> EndAsync(Call call, string id)
    {
        try
        {
            return await call.Client.DeleteAsync($"/faults/{id}", CancellationToken.None);
        }
        catch (CommandException gone) when (gone.ExitCode is ExitCode.NotFound or ExitCode.NoNode)
        {
            return null;
        }
    }
}
