namespace RemoteChain.Emulator.Devices.Input;

/// <summary>What a keyboard or a mouse has to say and the controller has not fetched yet: bytes, some of which end an input of the user.</summary>
sealed class ByteLine
{
    /// <summary>Bytes that wait at most. A real keyboard keeps 16; somebody who pastes text wants more.</summary>
    internal const int WaitingMax = 4096;

    readonly Queue<(byte Value, ulong Id)> _waiting = new();

    internal bool IsEmpty => _waiting.Count == 0;

    internal int Count => _waiting.Count;

    /// <summary>Adds bytes; all or none of them.</summary>
    /// <param name="bytes">What is said.</param>
    /// <param name="id">The input that ends with them; 0 = an answer.</param>
    /// <returns>False when there is no room.</returns>
    internal bool TryAdd(ReadOnlySpan<byte> bytes, ulong id = 0)
    {
        if (_waiting.Count + bytes.Length > WaitingMax) return false;
        for (var i = 0; i < bytes.Length; i++) _waiting.Enqueue((bytes[i], i == bytes.Length - 1 ? id : 0));
        return true;
    }

    internal (byte Value, ulong Id) Take() => _waiting.Dequeue();

    internal void Clear() => _waiting.Clear();

    internal void Save(StateWriter to)
    {
        to.Add(_waiting.Count);
        foreach (var (value, _) in _waiting) to.Add(value);
    }
}
