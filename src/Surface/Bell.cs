namespace RemoteChain.Surface;

/// <summary>An eventfd that wakes one process when another has put something into shared memory. Never blocks the ringer.</summary>
public sealed class Bell : IDisposable
{
    /// <summary>Takes ownership of an eventfd.</summary>
    public Bell(DescriptorHandle handle) => Handle = handle;

    /// <summary>The eventfd, to hand to another process or to poll (readable = rung).</summary>
    public DescriptorHandle Handle { get; }

    /// <summary>A new bell: close-on-exec, non-blocking.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public static Bell Create() => throw new NotImplementedException();

    /// <summary>Wakes whoever waits; any number of rings before the next <see cref="Clear"/> count as one.</summary>
    public void Ring() => throw new NotImplementedException();

    /// <summary>Takes the ring away. Call it before looking at the shared memory, never after, or a ring in between is lost.</summary>
    /// <returns>True when it had been rung.</returns>
    public bool Clear() => throw new NotImplementedException();

    /// <summary>Waits until rung and clears.</summary>
    /// <param name="timeoutMillis">-1 = without end.</param>
    /// <returns>False at the timeout.</returns>
    public bool Wait(int timeoutMillis) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => Handle.Dispose();
}
