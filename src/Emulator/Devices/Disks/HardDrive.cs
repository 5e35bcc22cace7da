using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>A hard disk (ATA/ATAPI-6): sectors by number or by cylinder, head and sector; through the port or by the controller.</summary>
sealed class HardDrive(IDisk disk) : IdeDrive(disk)
{
    const int Heads = 16, SectorsOfTrack = 63, MultipleMax = 16, CylindersMax = 16383;
    const byte ByNumber = 0x40;

    int _multiple = 1, _heads = Heads, _sectorsOfTrack = SectorsOfTrack;
    int _piece;

    long Sectors => Disk.Bytes / SectorBytes;

    int Cylinders => (int)Math.Min(CylindersMax, Math.Max(1, Sectors / (Heads * SectorsOfTrack)));

    /// <inheritdoc/>
    internal override void Sign(IdeRegisters registers) => registers.Answer(1, 1, 0, 0);

    /// <inheritdoc/>
    internal override void Execute(byte command, IdeChannel channel)
    {
        switch (command)
        {
            case 0xEC: Identify(channel); break;
            case 0x20 or 0x21: Move(channel, wide: false, write: false, 1); break;
            case 0x24: Move(channel, wide: true, write: false, 1); break;
            case 0x30 or 0x31: Move(channel, wide: false, write: true, 1); break;
            case 0x34: Move(channel, wide: true, write: true, 1); break;
            case 0xC4: Move(channel, wide: false, write: false, _multiple); break;
            case 0x29: Move(channel, wide: true, write: false, _multiple); break;
            case 0xC5: Move(channel, wide: false, write: true, _multiple); break;
            case 0x39: Move(channel, wide: true, write: true, _multiple); break;
            case 0xC8 or 0xC9: MoveByController(channel, wide: false, write: false); break;
            case 0x25: MoveByController(channel, wide: true, write: false); break;
            case 0xCA or 0xCB: MoveByController(channel, wide: false, write: true); break;
            case 0x35: MoveByController(channel, wide: true, write: true); break;
            case 0x40 or 0x41: Verify(channel, wide: false); break;
            case 0x42: Verify(channel, wide: true); break;
            case 0xC6: SetMultiple(channel); break;
            case 0xE7 or 0xEA: Flush(channel); break;
            case 0x91: SetGeometry(channel); break;
            case 0xF8: AnswerLast(channel, wide: false); break;
            case 0x27: AnswerLast(channel, wide: true); break;
            case 0xE5 or 0x98:
                // Power mode: awake.
                channel.Registers.Answer(0xFF, channel.Registers.Low(), channel.Registers.Middle(), channel.Registers.High());
                channel.Complete();
                break;
            // Modes and power that need nothing here; recalibration and seeks.
            case 0xEF or 0xE0 or 0xE1 or 0xE2 or 0xE3 or 0xE6 or 0x94 or 0x95 or 0x96 or 0x97 or 0x99 or (>= 0x10 and <= 0x1F) or 0x70:
                channel.Complete();
                break;
            default:
                channel.Complete(Aborted);
                break;
        }
    }

    /// <inheritdoc/>
    internal override void Reset()
    {
        base.Reset();
        _multiple = 1;
    }

    /// <inheritdoc/>
    internal override void DmaDone(bool well, IdeChannel channel)
    {
        Left = 0;
        channel.Complete(well ? (byte)0 : Uncorrectable);
    }

    /// <summary>Where the command wants to be and how much; false after it was refused.</summary>
    bool TryPlace(IdeChannel channel, bool wide)
    {
        var r = channel.Registers;
        long count = wide ? r.Count() | (r.Count(before: true) << 8) : r.Count();
        if (count == 0) count = wide ? 65536 : 256;
        long sector;
        if (wide)
        {
            sector = r.Low() + ((long)r.Middle() << 8) + ((long)r.High() << 16) + ((long)r.Low(true) << 24) + ((long)r.Middle(true) << 32)
                + ((long)r.High(true) << 40);
        }
        else if ((r.Device & ByNumber) != 0)
        {
            sector = r.Low() + (r.Middle() << 8) + (r.High() << 16) + ((long)(r.Device & 15) << 24);
        }
        else
        {
            sector = ((r.Middle() | (r.High() << 8)) * (long)_heads + (r.Device & 15)) * _sectorsOfTrack + r.Low() - 1;
        }
        if (sector < 0 || sector + count > Sectors)
        {
            channel.Complete(NotFound);
            return false;
        }
        (Offset, Left) = (sector * SectorBytes, count * SectorBytes);
        return true;
    }

    void Move(IdeChannel channel, bool wide, bool write, int sectors)
    {
        if (!TryPlace(channel, wide)) return;
        _piece = sectors * SectorBytes;
        if (write) TakeNext(channel, interrupt: false);
        else SendNext(channel);
    }

    void SendNext(IdeChannel channel)
    {
        var bytes = (int)Math.Min(_piece, Left);
        if (!TryRead(channel.Buffer[..bytes]))
        {
            channel.Complete(Uncorrectable);
            return;
        }
        channel.SendToGuest(bytes, () =>
        {
            // The last piece ends without one more interrupt.
            if (Left > 0) SendNext(channel);
        });
    }

    void TakeNext(IdeChannel channel, bool interrupt)
    {
        var bytes = (int)Math.Min(_piece, Left);
        channel.TakeFromGuest(bytes, interrupt, () =>
        {
            if (!TryWrite(channel.Buffer[..bytes])) channel.Complete(Uncorrectable);
            else if (Left > 0) TakeNext(channel, interrupt: true);
            else channel.Complete();
        });
    }

    void MoveByController(IdeChannel channel, bool wide, bool write)
    {
        if (TryPlace(channel, wide)) channel.WaitForDma(toGuest: !write);
    }

    void Verify(IdeChannel channel, bool wide)
    {
        if (!TryPlace(channel, wide)) return;
        Left = 0;
        channel.Complete();
    }

    void SetMultiple(IdeChannel channel)
    {
        var sectors = channel.Registers.Count();
        if (sectors is 0 or > MultipleMax || !int.IsPow2(sectors))
        {
            channel.Complete(Aborted);
            return;
        }
        _multiple = sectors;
        channel.Complete();
    }

    void SetGeometry(IdeChannel channel)
    {
        (_heads, _sectorsOfTrack) = ((channel.Registers.Device & 15) + 1, Math.Max((byte)1, channel.Registers.Count()));
        channel.Complete();
    }

    void Flush(IdeChannel channel)
    {
        try
        {
            Disk.Flush();
            channel.Complete();
        }
        catch (IOException)
        {
            channel.Complete(Aborted);
        }
    }

    void AnswerLast(IdeChannel channel, bool wide)
    {
        var last = Sectors - 1;
        if (!wide) last = Math.Min(last, 0xFFF_FFFF);
        var r = channel.Registers;
        if (wide)
        {
            r.Write(3, (byte)(last >> 24));
            r.Write(4, (byte)(last >> 32));
            r.Write(5, (byte)(last >> 40));
        }
        else
        {
            r.Device = (byte)((r.Device & 0xF0) | (int)(last >> 24));
        }
        r.Write(3, (byte)last);
        r.Write(4, (byte)(last >> 8));
        r.Write(5, (byte)(last >> 16));
        channel.Complete();
    }

    void Identify(IdeChannel channel)
    {
        var identity = channel.Buffer[..SectorBytes];
        identity.Clear();
        Put(identity, 0, 0x40);
        Put(identity, 1, Cylinders);
        Put(identity, 3, Heads);
        Put(identity, 6, SectorsOfTrack);
        PutText(identity, 10, 10, "RC00000001");
        PutText(identity, 23, 4, "1.0");
        PutText(identity, 27, 20, "RemoteChain disk");
        Put(identity, 47, 0x8000 | MultipleMax);
        // Sectors by number, moved by the controller; then what follows below is valid.
        Put(identity, 49, 0x0B00);
        Put(identity, 51, 0x200);
        Put(identity, 53, 7);
        Put(identity, 54, Cylinders);
        Put(identity, 55, _heads);
        Put(identity, 56, _sectorsOfTrack);
        BinaryPrimitives.WriteInt32LittleEndian(identity[(57 * 2)..], Cylinders * _heads * _sectorsOfTrack);
        Put(identity, 59, 0x100 | _multiple);
        BinaryPrimitives.WriteInt32LittleEndian(identity[(60 * 2)..], (int)Math.Min(Sectors, 0xFFF_FFFF));
        // Multiword DMA 0 to 2, the last of them chosen; cycles of 120 ns.
        Put(identity, 63, 0x407);
        Put(identity, 64, 3);
        for (var word = 65; word <= 68; word++) Put(identity, word, 120);
        // ATA-1 to ATA-6; addresses of 48 bits and flushing, offered and on.
        Put(identity, 80, 0x7E);
        Put(identity, 82, 0x4000);
        Put(identity, 83, 0x7400);
        Put(identity, 84, 0x4000);
        Put(identity, 85, 0x4000);
        Put(identity, 86, 0x3400);
        Put(identity, 87, 0x4000);
        Put(identity, 93, 0x6001);
        BinaryPrimitives.WriteInt64LittleEndian(identity[(100 * 2)..], Sectors);
        channel.SendToGuest(SectorBytes, () => { });
    }

    /// <inheritdoc/>
    internal override void Save(StateWriter to)
    {
        base.Save(to);
        to.Add(_multiple, _heads, _sectorsOfTrack, _piece);
    }
}
