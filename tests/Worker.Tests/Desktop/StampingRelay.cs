using System.Net;
using System.Net.Sockets;
using RemoteChain.Surface;

namespace RemoteChain.Worker.Tests.Desktop;

/// <summary>Stands between the worker and its host, passes everything on, and notes when the worker last wrote.</summary>
internal sealed class StampingRelay : IDisposable
{
    readonly Socket _worker;
    readonly Socket _host;
    readonly Thread[] _threads;
    long _writtenNanos;

    public StampingRelay(int port)
    {
        _host = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _host.Connect(IPAddress.Loopback, port);
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        var near = DesktopWorker.Dial(((IPEndPoint)listener.LocalEndpoint).Port);
        _worker = listener.AcceptSocket();
        _worker.NoDelay = true;
        WorkerEnd = near;
        _threads = [new Thread(() => Pump(_worker, _host, stamp: true)), new Thread(() => Pump(_host, _worker, stamp: false))];
        foreach (var thread in _threads) thread.Start();
    }

    /// <summary>To hand to the worker.</summary>
    public DescriptorHandle WorkerEnd { get; }

    /// <summary>When the worker's bytes last arrived, 0 when none did since the last <see cref="Forget"/>.</summary>
    public long WrittenNanos => Volatile.Read(ref _writtenNanos);

    public void Forget() => Volatile.Write(ref _writtenNanos, 0);

    public void Dispose()
    {
        _worker.Dispose();
        _host.Dispose();
        foreach (var thread in _threads) thread.Join();
    }

    void Pump(Socket from, Socket to, bool stamp)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            for (int read; (read = from.Receive(buffer)) > 0;)
            {
                if (stamp) Interlocked.CompareExchange(ref _writtenNanos, MonotonicClock.NowNanos(), 0);
                to.Send(buffer.AsSpan(0, read));
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
        }
    }
}
