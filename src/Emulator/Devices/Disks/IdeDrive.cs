using System.Text;

namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>A drive on a cable: executes commands, and streams bytes of its disk from where the last command put it.</summary>
abstract class IdeDrive(IDisk disk)
{
    internal const byte Aborted = 4, NotFound = 0x10, Uncorrectable = 0x40;
    internal const int SectorBytes = 512;

    protected IDisk Disk => disk;

    /// <summary>Where the stream is, and how much of it is left.</summary>
    protected long Offset { get; set; }

    /// <summary>Bytes that the command still moves.</summary>
    internal long Left { get; set; }

    /// <summary>A drive with packets shows no readiness after a reset.</summary>
    internal virtual bool IsReadyAfterReset => true;

    /// <summary>Puts what kind of drive it is into the registers.</summary>
    internal abstract void Sign(IdeRegisters registers);

    internal abstract void Execute(byte command, IdeChannel channel);

    internal virtual void Reset() => Left = 0;

    /// <summary>The controller moved everything, or could not.</summary>
    internal abstract void DmaDone(bool well, IdeChannel channel);

    /// <summary>The next bytes of the stream.</summary>
    /// <returns>False when the host cannot read them.</returns>
    internal virtual bool TryRead(Span<byte> to)
    {
        try
        {
            disk.Read(Offset, to);
        }
        catch (IOException)
        {
            return false;
        }
        Offset += to.Length;
        Left -= to.Length;
        return true;
    }

    /// <summary>Likewise for writing.</summary>
    internal bool TryWrite(ReadOnlySpan<byte> from)
    {
        try
        {
            disk.Write(Offset, from);
        }
        catch (IOException)
        {
            return false;
        }
        Offset += from.Length;
        Left -= from.Length;
        return true;
    }

    /// <summary>Text in an identification: padded, and its bytes in pairs the wrong way round.</summary>
    protected static void PutText(Span<byte> identity, int word, int words, string text)
    {
        var padded = Encoding.ASCII.GetBytes(text.PadRight(words * 2));
        for (var i = 0; i < words * 2; i++) identity[word * 2 + (i ^ 1)] = padded[i];
    }

    protected static void Put(Span<byte> identity, int word, int value)
    {
        identity[word * 2] = (byte)value;
        identity[word * 2 + 1] = (byte)(value >> 8);
    }

    internal virtual void Save(StateWriter to) => to.Add(Offset, Left);
}
