namespace RemoteChain.Emulator.Devices;

/// <summary>Something that answers at ports. Everything happens on the processor's thread.</summary>
interface IDevice
{
    /// <summary>The instruction count at which it next does something by itself; <see cref="long.MaxValue"/> = never.</summary>
    long Due => long.MaxValue;

    /// <summary>That count has come.</summary>
    void Fire(long now) { }

    byte Read(ushort port);

    void Write(ushort port, byte value);

    /// <summary>Adds everything that decides what it does next to a hash of the machine.</summary>
    void Save(StateWriter to);
}
