namespace RemoteChain.Emulator.Cpu;

/// <summary>The 65536 ports that IN and OUT speak to.</summary>
interface IPorts
{
    /// <summary>Reads 1, 2 or 4 bytes; all ones where nothing answers.</summary>
    uint Read(ushort port, int bytes);

    void Write(ushort port, int bytes, uint value);
}
