using RemoteChain.Surface.Control;

namespace RemoteChain.Machines.Tests;

/// <summary>A cabinet on a thread of this process, with the node's end of its control socket.</summary>
sealed class MachineProcess : IDisposable
{
    internal static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    [ThreadStatic]
    static MachineProcess? s_last;

    readonly ControlSocket _node, _there;
    readonly Task<int> _running;

    internal MachineProcess(StartMachine start)
    {
        s_last = this;
        (_node, _there) = ControlSocket.CreatePair();
        _running = Task.Factory.StartNew(() =>
        {
            using (start)
            using (var cabinet = new Cabinet(_there, start)) return cabinet.Run();
        }, CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    internal static StartMachine Echo(int mips = 250) => new(MachineBoot.Echo, "", 16, mips, 1024, 768, []);

    internal void Send(ControlMessage message) => Assert.Equal(ControlSend.Sent, _node.Send(message));

    /// <summary>The next message of a kind; others are passed over.</summary>
    internal T Await<T>() where T : ControlMessage => Await<T>(_node);

    internal static T Await<T>(ControlSocket from) where T : ControlMessage
    {
        var until = DateTime.UtcNow + Patience;
        while (DateTime.UtcNow < until)
        {
            if (s_last?.Fault is { Length: > 0 } fault) throw new InvalidOperationException(fault);
            if (from.Receive(out var message, 100) == ControlReceive.Closed) break;
            if (message is T wanted) return wanted;
            if (message is Failed failed) throw new InvalidOperationException(failed.Failure.ToString());
            message?.Dispose();
        }
        throw new TimeoutException($"no {typeof(T).Name} came");
    }

    /// <summary>What ended the cabinet unexpectedly; nothing while it runs.</summary>
    internal string Fault => _running.Exception?.ToString() ?? "";

    internal int Stop()
    {
        _node.Send(new Stop());
        Assert.True(_running.Wait(Patience));
        return _running.Result;
    }

    public void Dispose()
    {
        _node.Send(new Stop());
        _running.Wait(Patience);
        _node.Dispose();
        _there.Dispose();
    }
}
