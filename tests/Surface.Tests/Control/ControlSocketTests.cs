using RemoteChain.Surface.Control;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface.Tests.Control;

public sealed class ControlSocketTests
{
    static CancellationToken Soon => new CancellationTokenSource(TimeSpan.FromSeconds(20)).Token;

    [Fact]
    public async Task Receive_DescriptorsOnTheMessage_AreTheSameOpenFiles()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = here;
        using var __ = there;
        using var bell = Bell.Create();
        Assert.Equal(ControlSend.Sent, here.Send(new AttachFront(4, false, bell.Handle, null)));
        var (outcome, message) = await there.ReceiveAsync(Soon);
        Assert.Equal(ControlReceive.Message, outcome);
        using var attach = Assert.IsType<AttachFront>(message);
        Assert.NotEqual(bell.Handle.Descriptor, attach.DamageBell.Descriptor);
        new Bell(attach.DamageBell).Ring();
        Assert.True(bell.Wait(0));
        Assert.Equal(1, Fcntl.fcntl(attach.DamageBell.Descriptor, 1 /* F_GETFD */, 0) & 1 /* FD_CLOEXEC */);
    }

    [Fact]
    public async Task ReceiveAsync_ManyWaiting_HoldNoThread()
    {
        const int sockets = 200;
        var pairs = Enumerable.Range(0, sockets).Select(_ => ControlSocket.CreatePair()).ToList();
        var waiting = pairs.ConvertAll(p => p.Here.ReceiveAsync(Soon).AsTask());
        // A blocking receive would need a pool thread each, which the pool does not make this fast.
        Assert.True(ThreadPool.ThreadCount < sockets / 2, $"{ThreadPool.ThreadCount} threads");
        Assert.DoesNotContain(waiting, t => t.IsCompleted);
        for (var i = 0; i < sockets; i++) Assert.Equal(ControlSend.Sent, pairs[i].There.Send(new DetachFront(i + 1)));
        for (var i = 0; i < sockets; i++) Assert.Equal(new DetachFront(i + 1), (await waiting[i]).Message);
        foreach (var (here, there) in pairs)
        {
            here.Dispose();
            there.Dispose();
        }
    }

    [Fact]
    public async Task ReceiveAsync_PeerDiesWithOurMessageUnread_StillGivesItsLastWords()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = here;
        var waiting = here.ReceiveAsync(Soon).AsTask();
        here.Send(new Stop());
        there.Send(new Ready("3"));
        there.Send(new Failed(new(FailureStage.Run, FailureCause.HostClosed, "")));
        there.Dispose();
        Assert.IsType<Ready>((await waiting).Message);
        Assert.IsType<Failed>((await here.ReceiveAsync(Soon)).Message);
        Assert.Equal(ControlReceive.Closed, (await here.ReceiveAsync(Soon)).Outcome);
        Assert.Equal(ControlSend.Closed, here.Send(new Stop()));
    }

    [Fact]
    public async Task ReceiveAsync_CancelledOrDisposed_EndsWithoutLosingAMessage()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = there;
        using var cancel = new CancellationTokenSource();
        var waiting = here.ReceiveAsync(cancel.Token).AsTask();
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => waiting);
        there.Send(new Ready("3"));
        Assert.IsType<Ready>((await here.ReceiveAsync(Soon)).Message);

        waiting = here.ReceiveAsync(Soon).AsTask();
        here.Dispose();
        Assert.Equal(ControlReceive.Closed, (await waiting).Outcome);
        Assert.Equal(ControlReceive.Closed, (await here.ReceiveAsync(Soon)).Outcome);
    }

    [Fact]
    public void Receive_NothingThere_TimesOutAndBlockingWorks()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = here;
        Assert.Equal(ControlReceive.None, here.Receive(out var message, 0));
        Assert.Equal(ControlReceive.None, here.Receive(out message, 5));
        there.Send(new DetachFront(2));
        Assert.Equal(ControlReceive.Message, here.Receive(out message, -1));
        Assert.Equal(new DetachFront(2), message);
        there.Dispose();
        Assert.Equal(ControlReceive.Closed, here.Receive(out message, -1));
    }

    [Fact]
    public void Receive_ForeignBytesWithDescriptors_MalformedAndNothingLeaks()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = here;
        using var __ = there;
        // A name of its own, because other tests open descriptors meanwhile.
        var name = $"leak-{Guid.NewGuid():N}";
        using var file = SharedMapping.CreateFile(name, 1, 4096);
        for (var i = 0; i < 200; i++)
        {
            // A known message with descriptors that do not belong there, and more of them than any message has.
            Assert.True(SendRaw(there, [3, 0], file.Descriptor, i % 20));
            Assert.Equal(i % 20 == 0 ? ControlReceive.Message : ControlReceive.Malformed, here.Receive(out var message, 0));
        }
        Assert.Equal(1, OpenDescriptors(name));
        Assert.True(SendRaw(there, new byte[ControlSocket.PacketBytesMax + 1], 0, 0));
        Assert.Equal(ControlReceive.Malformed, here.Receive(out var _, 0));
    }

    [Fact]
    public void Send_PeerDoesNotRead_FullInsteadOfBlocking()
    {
        var (here, there) = ControlSocket.CreatePair();
        using var _ = here;
        using var __ = there;
        var sent = 0;
        while (here.Send(new Leave("sentence")) == ControlSend.Sent) Assert.True(++sent < 100_000);
        Assert.Equal(ControlSend.Full, here.Send(new Stop()));
        Assert.Throws<ArgumentException>(() => here.Send(new Ready(new string('x', 5000))));
    }

    [Fact]
    public async Task Listener_Connect_KnowsThePeerAndCleansUp()
    {
        var path = Path.Combine(Path.GetTempPath(), $"rc-{Guid.NewGuid():N}");
        using (var listener = new ControlListener(path))
        {
            Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(path));
            var accepting = listener.AcceptAsync(Soon).AsTask();
            using var client = ControlSocket.Connect(path);
            using var server = await accepting;
            Assert.Equal(Environment.ProcessId, server.Peer.ProcessId);
            client.Send(new Stop());
            Assert.IsType<Stop>((await server.ReceiveAsync(Soon)).Message);
            using var cancel = new CancellationTokenSource();
            var endless = listener.AcceptAsync(cancel.Token).AsTask();
            await cancel.CancelAsync();
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => endless);
        }
        Assert.False(File.Exists(path));
        Assert.Throws<IOException>(() => ControlSocket.Connect(path));
        Assert.Throws<IOException>(() => ControlSocket.Connect(new string('x', 200)));
        Assert.ThrowsAny<IOException>(() => new ControlListener("/nowhere/at/all"));
    }

    static int OpenDescriptors(string name) =>
        Directory.GetFiles("/proc/self/fd").Count(f => new FileInfo(f).LinkTarget?.Contains(name) == true);

    static unsafe bool SendRaw(ControlSocket socket, byte[] packet, int descriptor, int copies)
    {
        var rights = stackalloc byte[16 + 4 * 32];
        *(SysSocket.cmsghdr*)rights = new() { cmsg_len = (nuint)(16 + 4 * copies), cmsg_level = SysSocket.SOL_SOCKET, cmsg_type = SysSocket.SCM_RIGHTS };
        for (var i = 0; i < copies; i++) ((int*)(rights + 16))[i] = descriptor;
        fixed (byte* bytes = packet)
        {
            SysSocket.iovec part = new() { iov_base = bytes, iov_len = (nuint)packet.Length };
            SysSocket.msghdr header = new() { msg_iov = &part, msg_iovlen = 1 };
            if (copies > 0)
            {
                header.msg_control = rights;
                header.msg_controllen = (nuint)(16 + 4 * copies + 7) & ~(nuint)7;
            }
            return SysSocket.sendmsg(socket.Handle, &header, SysSocket.MSG_DONTWAIT) == packet.Length;
        }
    }
}
