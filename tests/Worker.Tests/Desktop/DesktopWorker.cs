using System.Net;
using System.Net.Sockets;
using FreeRdp.Net.Tests.Hosts;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Worker.Tests.Desktop;

/// <summary>A real worker process in the desktop role, with the test in the place of the node and of its fronts.</summary>
internal sealed class DesktopWorker : IDisposable
{
    const int PatienceMillis = 20_000;

    readonly HostProcess _process;
    readonly ControlListener _listener;
    readonly List<ControlMessage> _early = [];

    /// <param name="predecessor">Whose surface and bell it goes on with.</param>
    public DesktopWorker(DesktopWorker? predecessor = null)
    {
        Surface = predecessor?.Surface.Duplicate() ?? SurfaceFile.Create();
        InputBell = predecessor is null ? Bell.Create() : new Bell(predecessor.InputBell.Handle.Duplicate());
        var path = Path.Combine(Path.GetTempPath(), $"worker-test-{Guid.NewGuid():N}");
        _listener = new ControlListener(path);
        _process = new HostProcess(Path.Combine(AppContext.BaseDirectory, "RemoteChain.Worker"), ["--control", path]);
        using var limit = new CancellationTokenSource(PatienceMillis);
        Control = _listener.AcceptAsync(limit.Token).AsTask().GetAwaiter().GetResult();
        using var ready = Expect<Ready>();
        FreeRdpVersion = ready.FreeRdpVersion;
    }

    public ControlSocket Control { get; }

    public string FreeRdpVersion { get; }

    public int ProcessId => _process.Id;

    public bool HasExited => _process.HasExited;

    public DescriptorHandle Surface { get; }

    public Bell InputBell { get; }

    public static DescriptorHandle Dial(int port)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        socket.Connect(IPAddress.Loopback, port);
        return DescriptorHandle.DuplicateOf(socket.SafeHandle);
    }

    public void Start(DescriptorHandle host, string pinned = "", string password = ShadowHost.Password, bool graphics = true,
        DesktopSecurity security = DesktopSecurity.Any)
    {
        using var secret = Secret.FromText(password);
        using (host)
        {
            Assert.Equal(ControlSend.Sent, Control.Send(new StartDesktop("test-host", ShadowHost.User, "", secret, 1024, 768, 100, 0x409,
                security, pinned, graphics, "", Surface, InputBell.Handle, host)));
        }
    }

    /// <summary>The next message of this kind; others wait for their turn.</summary>
    public T Expect<T>()
        where T : ControlMessage
    {
        while (true)
        {
            var index = _early.FindIndex(m => m is T);
            if (index >= 0)
            {
                var found = (T)_early[index];
                _early.RemoveAt(index);
                return found;
            }
            var outcome = Control.Receive(out var message, PatienceMillis);
            Assert.True(outcome == ControlReceive.Message, $"{typeof(T).Name}: {outcome}, early {string.Join(", ", _early)}\n{_process.Output}");
            _early.Add(message!);
        }
    }

    public TestFront Attach(int number)
    {
        var front = new TestFront(this, number);
        Attach(front);
        return front;
    }

    public void Attach(TestFront front) =>
        Assert.Equal(ControlSend.Sent, Control.Send(new AttachFront(front.Number, true, front.DamageBell.Handle, front.InputRing)));

    public void Kill() => _process.Kill();

    public void WaitForExit() => HostProcess.WaitFor("the worker ends", () => _process.HasExited);

    /// <summary>Proportional set size in KiB: shared pages count by their share.</summary>
    public long ProportionalKib() => Smaps("Pss:");

    public long Smaps(string name) => File.ReadLines($"/proc/{ProcessId}/smaps_rollup")
        .Where(l => l.StartsWith(name, StringComparison.Ordinal)).Select(l => long.Parse(l.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], null)).Single();

    public TimeSpan ProcessorTime()
    {
        using var process = System.Diagnostics.Process.GetProcessById(ProcessId);
        return process.TotalProcessorTime;
    }

    public void Dispose()
    {
        Control.Dispose();
        _process.Dispose();
        _listener.Dispose();
        Surface.Dispose();
        InputBell.Dispose();
    }
}

/// <summary>What a front worker would be: reads the surface, writes an input ring.</summary>
internal sealed class TestFront : IDisposable
{
    public TestFront(DesktopWorker worker, int number)
    {
        Number = number;
        InputRing = InputFile.Create();
        DamageBell = Bell.Create();
        Writer = new InputRingWriter(InputRing, new Bell(worker.InputBell.Handle.Duplicate()), number);
        using var readOnly = SurfaceFile.OpenReadOnly(worker.Surface);
        Assert.True(SurfaceReader.TryOpen(readOnly, out var reader));
        Reader = reader!;
    }

    public int Number { get; }

    public DescriptorHandle InputRing { get; }

    public Bell DamageBell { get; }

    public InputRingWriter Writer { get; }

    public SurfaceReader Reader { get; }

    public ulong Send(InputKind kind, ushort flags, int a = 0, int b = 0, int c = 0)
    {
        Assert.Equal(InputWrite.Written, Writer.Write(new InputEvent(kind, flags, a, b, c, ReceivedNanos: MonotonicClock.NowNanos()), out var id));
        return id;
    }

    public ulong PressKey(byte code)
    {
        var id = Send(InputKind.Scancode, 0, code);
        Send(InputKind.Scancode, 0x8000, code);
        return id;
    }

    /// <summary>The next damage entry, or null after the time.</summary>
    public DamageEntry? NextDamage(int timeoutMillis = 10_000)
    {
        var started = MonotonicClock.NowNanos();
        while (true)
        {
            if (Reader.TryReadDamage(out var entry) == DamageRead.Entry) return entry;
            var left = timeoutMillis - (int)((MonotonicClock.NowNanos() - started) / 1_000_000);
            if (left <= 0) return null;
            DamageBell.Wait(left);
        }
    }

    public SurfaceGeometry Geometry => Reader.ReadGeometry(out var geometry) == SurfaceRead.Copied ? geometry : default;

    /// <summary>Makes the ring claim more entries than it can hold, as a hijacked front would.</summary>
    public void Corrupt()
    {
        const int head = 64;
        using var file = new FileStream(new Microsoft.Win32.SafeHandles.SafeFileHandle(InputRing.Duplicate().Detach(), ownsHandle: true), FileAccess.Write, 0);
        file.Position = head;
        file.Write(BitConverter.GetBytes(1UL << 40));
    }

    public void DrainUntilQuiet(int quietMillis = 200)
    {
        while (NextDamage(quietMillis) is not null) { }
    }

    public void Dispose()
    {
        Writer.Dispose();
        Reader.Dispose();
        DamageBell.Dispose();
        InputRing.Dispose();
    }
}
