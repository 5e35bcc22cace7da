using System.Net.Sockets;

namespace RemoteChain.Surface.Control;

/// <summary>The node's side: a path at which its workers connect.</summary>
public sealed class ControlListener : IDisposable
{
    /// <summary>Workers that may wait to be accepted.</summary>
    const int Backlog = 64;

    readonly Socket _socket;
    DescriptorHandle? _handle;

    /// <summary>Listens at a path (at most 107 bytes), mode 0600; an old socket file there is replaced.</summary>
    /// <param name="path">Where.</param>
    /// <param name="shareWithGroup">Mode 0660: others of the file's group may connect too; check <see cref="ControlSocket.Peer"/>.</param>
    /// <exception cref="IOException">The path cannot be bound.</exception>
    public ControlListener(string path, bool shareWithGroup = false)
    {
        Path = path;
        _socket = new Socket(AddressFamily.Unix, SocketType.Seqpacket, ProtocolType.Unspecified);
        try
        {
            File.Delete(path);
            _socket.Bind(new UnixDomainSocketEndPoint(path));
            // Between bind and listen nobody can connect yet.
            File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite
                | (shareWithGroup ? UnixFileMode.GroupRead | UnixFileMode.GroupWrite : UnixFileMode.None));
            _socket.Listen(Backlog);
        }
        catch (Exception e) when (e is SocketException or ArgumentException or UnauthorizedAccessException)
        {
            _socket.Dispose();
            throw new IOException($"Cannot listen at {path}: {e.Message}", e);
        }
    }

    /// <summary>Where it listens.</summary>
    public string Path { get; }

    /// <summary>The socket, to poll (readable = somebody wants to connect).</summary>
    public DescriptorHandle Handle => _handle ??= DescriptorHandle.DuplicateOf(_socket.SafeHandle);

    /// <summary>Whoever waits to be accepted; null when that was nobody, or the process has no descriptor left.</summary>
    public ControlSocket? TryAccept()
    {
        try
        {
            _socket.Blocking = false;
            using var accepted = _socket.Accept();
            return new ControlSocket(DescriptorHandle.DuplicateOf(accepted.SafeHandle));
        }
        catch (SocketException)
        {
            return null;
        }
    }

    /// <summary>The next worker that connects; check <see cref="ControlSocket.Peer"/>.</summary>
    /// <exception cref="OperationCanceledException">Cancelled.</exception>
    /// <exception cref="IOException">It listens no more, or the process has no descriptor left.</exception>
    public async ValueTask<ControlSocket> AcceptAsync(CancellationToken ct)
    {
        try
        {
            using var accepted = await _socket.AcceptAsync(ct);
            return new ControlSocket(DescriptorHandle.DuplicateOf(accepted.SafeHandle));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            throw new IOException($"Accepting at {Path} failed: {e.Message}", e);
        }
    }

    /// <summary>Stops listening and removes the socket file.</summary>
    public void Dispose()
    {
        _handle?.Dispose();
        _socket.Dispose();
        File.Delete(Path);
    }
}
