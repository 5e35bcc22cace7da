namespace RemoteChain.Surface.Control;

/// <summary>The node's side: a path at which its workers connect.</summary>
public sealed class ControlListener : IDisposable
{
    /// <summary>Listens at a path (at most 107 bytes), mode 0600; an old socket file there is replaced.</summary>
    /// <exception cref="IOException">The path cannot be bound.</exception>
    public ControlListener(string path) => throw new NotImplementedException();

    /// <summary>Where it listens.</summary>
    public string Path => throw new NotImplementedException();

    /// <summary>The next worker that connects; check <see cref="ControlSocket.Peer"/>.</summary>
    public ValueTask<ControlSocket> AcceptAsync(CancellationToken ct) => throw new NotImplementedException();

    /// <summary>Stops listening and removes the socket file.</summary>
    public void Dispose() => throw new NotImplementedException();
}
