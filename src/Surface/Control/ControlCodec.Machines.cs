namespace RemoteChain.Surface.Control;

/// <summary>The messages between the node and the process of an emulated machine.</summary>
public static partial class ControlCodec
{
    static bool TryWriteMachine(ref PacketWriter writer, ControlMessage message)
    {
        switch (message)
        {
            case StartMachine m:
                writer.UInt16((ushort)Kind.StartMachine);
                writer.Byte((byte)m.Boot);
                writer.Text(m.CommandLine, TextBytesMax);
                writer.Int32(m.MemoryMib);
                writer.Int32(m.MipsMax);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                writer.Int32(m.Parts.Aggregate(0, (set, part) => set | 1 << (int)part.Key));
                break;
            case SetMachine m:
                writer.UInt16((ushort)Kind.SetMachine);
                writer.Int32(m.MipsMax);
                writer.Flag(m.IsPaused);
                break;
            case OpenScreen:
                writer.UInt16((ushort)Kind.OpenScreen);
                break;
            case MachineSerial m:
                writer.UInt16((ushort)Kind.MachineSerial);
                writer.Bytes(m.Bytes, MachineSerial.BytesMax);
                break;
            case MachineReport m:
                writer.UInt16((ushort)Kind.MachineReport);
                writer.Byte((byte)m.Activity);
                writer.Int64(m.Instructions);
                writer.Int64(m.IdleInstructions);
                writer.Int32(m.Restarts);
                writer.Int64(m.Frames);
                writer.Int32(m.Width);
                writer.Int32(m.Height);
                break;
            default:
                return TryWriteNetwork(ref writer, message);
        }
        return true;
    }

    static StartMachine? ReadStartMachine(ref PacketReader reader, ReadOnlySpan<DescriptorHandle> descriptors)
    {
        var (boot, commandLine) = ((MachineBoot)reader.Choice((byte)MachineBoot.Echo), reader.Text(TextBytesMax));
        var (memory, mips) = (reader.Int32(StartMachine.MemoryMibMin, StartMachine.MemoryMibMax), Mips(ref reader));
        var (width, height) = (reader.Int32(StartMachine.SideMin, StartMachine.WidthMax), reader.Int32(StartMachine.SideMin, StartMachine.HeightMax));
        var set = reader.Int32(0, (2 << (int)MachinePart.Network) - 1);
        if (System.Numerics.BitOperations.PopCount((uint)set) != descriptors.Length) return null;
        List<KeyValuePair<MachinePart, DescriptorHandle>> parts = [];
        for (var part = MachinePart.Kernel; part <= MachinePart.Network; part++)
            if ((set >> (int)part & 1) != 0) parts.Add(new(part, descriptors[parts.Count]));
        return new(boot, commandLine, memory, mips, width, height, parts);
    }

    static ControlMessage? ReadMachine(Kind kind, ref PacketReader reader) => kind switch
    {
        Kind.SetMachine => new SetMachine(Mips(ref reader), reader.Flag()),
        Kind.MachineSerial => new MachineSerial(reader.Bytes(MachineSerial.BytesMax)),
        Kind.MachineReport => new MachineReport((MachineActivity)reader.Choice((byte)MachineActivity.Paused), reader.Nanos(), reader.Nanos(),
            reader.Int32(0, int.MaxValue), reader.Nanos(), SideOrNone(ref reader), SideOrNone(ref reader)),
        _ => null,
    };

    static int Mips(ref PacketReader reader) => reader.Int32(StartMachine.MipsMin, StartMachine.MipsMost);

    static int SideOrNone(ref PacketReader reader) => reader.Int32(0, SurfaceFile.SideMax);
}
