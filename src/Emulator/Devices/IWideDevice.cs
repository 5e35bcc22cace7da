namespace RemoteChain.Emulator.Devices;

/// <summary>Something that answers at ports and tells accesses of 1, 2 and 4 bytes apart. Everything happens on the processor's thread.</summary>
interface IWideDevice
{
    /// <summary>Reads 1, 2 or 4 bytes.</summary>
    uint Read(ushort port, int bytes);

    void Write(ushort port, int bytes, uint value);
}
