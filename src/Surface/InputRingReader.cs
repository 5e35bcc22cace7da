namespace RemoteChain.Surface;

/// <summary>The desktop's end of one front's input ring. Used by one thread at a time. It believes no value in the file.
/// What was written before it attached is skipped: old keys are never replayed into a new connection.</summary>
public sealed unsafe class InputRingReader : IDisposable
{
    /// <summary>Maps the ring. The caller keeps <paramref name="input"/>.</summary>
    /// <returns>False when it is no sealed input ring of this version.</returns>
    public static bool TryOpen(DescriptorHandle input, int frontNumber,
        [System.Diagnostics.CodeAnalysis.NotNullWhen(true)] out InputRingReader? reader) => throw new NotImplementedException();

    /// <summary>The front that writes it; every event that is read carries this number in its id.</summary>
    public int FrontNumber => throw new NotImplementedException();

    /// <summary>Takes the next event out.</summary>
    public InputRead TryRead(out InputEvent input) => throw new NotImplementedException();

    /// <inheritdoc/>
    public void Dispose() => throw new NotImplementedException();
}
