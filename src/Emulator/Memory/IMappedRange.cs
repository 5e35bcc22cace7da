namespace RemoteChain.Emulator.Memory;

/// <summary>A device that answers at physical addresses.</summary>
interface IMappedRange
{
    ulong Start { get; }

    ulong Bytes { get; }

    /// <summary>Reads 1, 2 or 4 bytes at an offset inside the range.</summary>
    uint Read(ulong offset, int bytes);

    void Write(ulong offset, int bytes, uint value);
}
