using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using RemoteChain.Emulator;
using RemoteChain.Emulator.Slirp;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Machines;

/// <summary>The cable between a machine's network card and its network, which has a thread of its own: a guest that computes holds no connection up,
/// and a connection no guest. What is to leave the machine is asked of the node, on a control socket that serves nothing else.</summary>
sealed class NetworkCable : IDisposable
{
    /// <summary>Frames of the guest that wait; more are lost, as on any cable.</summary>
    const int FramesMax = 256;

    readonly ControlSocket _node;
    readonly Func<InputGate> _gate;
    readonly UserNetwork _network;
    readonly ConcurrentQueue<byte[]> _frames = new();
    readonly Bell _sent = Bell.Create();
    readonly Thread _thread;
    volatile bool _isOver;
    bool _delivered;

    /// <summary>Plugs it in.</summary>
    /// <param name="node">The control socket; belongs to the cable from now on.</param>
    /// <param name="gate">The way into the guest, as it is now.</param>
    /// <exception cref="DllNotFoundException">libslirp is not installed.</exception>
    internal NetworkCable(ControlSocket node, Func<InputGate> gate)
    {
        (_node, _gate) = (node, gate);
        _network = new(new(Deliver, Dial, LookUp, (protocol, to) => _node.Send(new NetworkDenied(protocol, to))));
        _thread = new(Run) { IsBackground = true, Name = "network" };
        _thread.Start();
    }

    /// <summary>Rung when frames have been posted to the gate.</summary>
    internal Bell Arrived { get; } = Bell.Create();

    /// <summary>A frame of the guest, good until this returns.</summary>
    internal void Send(ReadOnlyMemory<byte> frame)
    {
        if (_frames.Count >= FramesMax) return;
        _frames.Enqueue(frame.ToArray());
        _sent.Ring();
    }

    public void Dispose()
    {
        _isOver = true;
        _sent.Ring();
        _thread.Join();
        _network.Dispose();
        _node.Dispose();
        _sent.Dispose();
        Arrived.Dispose();
    }

    void Run()
    {
        List<PolledDescriptor> polled = [];
        while (!_isOver)
        {
            polled.Clear();
            polled.Add(new(_node.Handle.Descriptor));
            polled.Add(new(_sent.Handle.Descriptor));
            var timeoutMillis = _network.AddTo(polled);
            DescriptorPoll.Wait(CollectionsMarshal.AsSpan(polled), timeoutMillis);
            if (polled[1].IsReady) _sent.Clear();
            _network.Serve(polled);
            // A node that has closed the socket has pulled the plug.
            if (polled[0].IsReady && !Listen()) return;
            while (_frames.TryDequeue(out var frame)) _network.Take(frame);
            if (_delivered) Arrived.Ring();
            _delivered = false;
        }
    }

    /// <summary>Handles what the node said; false when there will be no more.</summary>
    bool Listen()
    {
        while (true)
        {
            switch (_node.Receive(out var message, timeoutMillis: 0))
            {
                case ControlReceive.None: return true;
                case ControlReceive.Closed or ControlReceive.Malformed: return false;
            }
            using (message)
            {
                switch (message)
                {
                    case NetworkDialed dialed:
                        _network.Dialed(dialed.Request, dialed.Socket?.Duplicate());
                        break;
                    case NetworkNames names:
                        _network.Named(names.Request, (NameOutcome)names.Outcome, names.Addresses);
                        break;
                    default:
                        return false;
                }
            }
        }
    }

    void Deliver(ReadOnlyMemory<byte> frame)
    {
        // A guest that takes nothing loses frames, as on any cable.
        if (_gate().TryPostFrame(frame)) _delivered = true;
    }

    void Dial(int request, System.Net.IPEndPoint to)
    {
        if (_node.Send(new NetworkDial(request, to)) != ControlSend.Sent) _network.Dialed(request, null);
    }

    void LookUp(int request, string name)
    {
        if (_node.Send(new NetworkLookUp(request, name)) != ControlSend.Sent) _network.Named(request, NameOutcome.Failed, []);
    }
}
