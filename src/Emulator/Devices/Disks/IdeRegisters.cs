namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>The parameters of a command (ATA/ATAPI-6, section 7): each of four registers keeps what was written before, for addresses of 48
/// bits.</summary>
sealed class IdeRegisters
{
    readonly byte[] _now = new byte[8], _before = new byte[8];

    internal byte Features => _now[1];

    internal byte Device
    {
        get => _now[6];
        set => _now[6] = value;
    }

    internal byte Count(bool before = false) => before ? _before[2] : _now[2];

    internal byte Low(bool before = false) => before ? _before[3] : _now[3];

    internal byte Middle(bool before = false) => before ? _before[4] : _now[4];

    internal byte High(bool before = false) => before ? _before[5] : _now[5];

    internal void Write(int register, byte value)
    {
        _before[register] = _now[register];
        _now[register] = value;
    }

    /// <summary>What a drive answers in the four.</summary>
    internal void Answer(byte count, byte low, byte middle, byte high)
    {
        (_now[2], _now[3], _now[4], _now[5]) = (count, low, middle, high);
    }

    internal void Save(StateWriter to)
    {
        to.AddBytes(_now);
        to.AddBytes(_before);
    }
}
