using System.Buffers.Binary;

namespace RemoteChain.Emulator.Devices.Disks;

/// <summary>A CD or DVD drive with a disc in it that nobody takes out (ATA/ATAPI-6 for the packets, MMC-3 for what is in them).</summary>
sealed class CdDrive(IDisk disk) : IdeDrive(disk)
{
    const int PacketBytes = 12, DiscSectorBytes = 2048, AnswerMax = 512;
    const byte FromDrive = 2, IsCommand = 1, Both = 3;
    const byte KeyIllegal = 5, KeyMedium = 3, KeyAttention = 6;

    byte _key, _code;
    int _pieceMax;
    bool _byController, _isNew = true;
    readonly byte[] _answer = new byte[AnswerMax];
    int _answerAt = -1;

    long DiscSectors => Disk.Bytes / DiscSectorBytes;

    /// <inheritdoc/>
    internal override bool IsReadyAfterReset => false;

    /// <inheritdoc/>
    internal override void Sign(IdeRegisters registers) => registers.Answer(1, 1, 0x14, 0xEB);

    /// <inheritdoc/>
    internal override void Execute(byte command, IdeChannel channel)
    {
        switch (command)
        {
            case 0xA0:
                _pieceMax = channel.Registers.Middle() | (channel.Registers.High() << 8);
                _byController = (channel.Registers.Features & 1) != 0;
                channel.Registers.Answer(IsCommand, channel.Registers.Low(), channel.Registers.Middle(), channel.Registers.High());
                channel.TakeFromGuest(PacketBytes, interrupt: false, () => Packet(channel));
                break;
            case 0xA1: Identify(channel); break;
            case 0x08:
                Sign(channel.Registers);
                channel.Complete();
                break;
            case 0xEC:
                // A drive with packets answers with what it is instead.
                Sign(channel.Registers);
                channel.Complete(Aborted);
                break;
            case 0xEF or 0xE0 or 0xE1 or 0xE2 or 0xE3 or 0xE6 or 0xE5:
                channel.Complete();
                break;
            default:
                channel.Complete(Aborted);
                break;
        }
    }

    /// <inheritdoc/>
    internal override void DmaDone(bool well, IdeChannel channel)
    {
        if (well) Done(channel);
        else Refuse(channel, KeyMedium, 0x11);
    }

    /// <inheritdoc/>
    internal override bool TryRead(Span<byte> to)
    {
        if (_answerAt < 0) return base.TryRead(to);
        _answer.AsSpan(_answerAt, to.Length).CopyTo(to);
        _answerAt += to.Length;
        Left -= to.Length;
        return true;
    }

    void Packet(IdeChannel channel)
    {
        var packet = channel.Buffer[..PacketBytes].ToArray();
        // The first command after a reset learns that the disc may be another; a few may come before that.
        if (_isNew && packet[0] is not (0x03 or 0x12 or 0x46 or 0x4A))
        {
            _isNew = false;
            Refuse(channel, KeyAttention, 0x29);
            return;
        }
        switch (packet[0])
        {
            case 0x00 or 0x1B or 0x1E or 0x2B or 0xBB or 0x35 or 0x2F: Done(channel); break;
            case 0x03: Sense(channel, packet[4]); break;
            case 0x12: Inquiry(channel, packet[4]); break;
            case 0x1A: ModePages(channel, packet[2], packet[4], header: 4); break;
            case 0x5A: ModePages(channel, packet[2], BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7)), header: 8); break;
            case 0x25: Capacity(channel); break;
            case 0x28: ReadDisc(channel, packet, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7))); break;
            case 0xA8: ReadDisc(channel, packet, BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(6))); break;
            case 0x43: Contents(channel, packet); break;
            case 0x46: Configuration(channel, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7))); break;
            case 0x4A: Events(channel, packet); break;
            case 0x51: DiscState(channel, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7))); break;
            default: Refuse(channel, KeyIllegal, 0x20); break;
        }
    }

    void ReadDisc(IdeChannel channel, byte[] packet, uint sectors)
    {
        var first = BinaryPrimitives.ReadUInt32BigEndian(packet.AsSpan(2));
        if (first + (long)sectors > DiscSectors)
        {
            Refuse(channel, KeyIllegal, 0x21);
            return;
        }
        if (sectors == 0)
        {
            Done(channel);
            return;
        }
        (_answerAt, Offset, Left) = (-1, first * (long)DiscSectorBytes, sectors * (long)DiscSectorBytes);
        Send(channel);
    }

    void Answer(IdeChannel channel, int length, int wanted)
    {
        (_answerAt, Left) = (0, Math.Min(Math.Min(length, wanted), AnswerMax));
        if (Left == 0) Done(channel);
        else Send(channel);
    }

    void Send(IdeChannel channel)
    {
        (_key, _code) = (0, 0);
        if (_byController) channel.WaitForDma(toGuest: true);
        else SendNext(channel);
    }

    void SendNext(IdeChannel channel)
    {
        // An odd limit counts as the even one below; none as the largest.
        var max = (_pieceMax & ~1) == 0 ? 0xFFFE : _pieceMax & ~1;
        var bytes = (int)Math.Min(Left, max);
        if (!TryRead(channel.Buffer[..bytes]))
        {
            Refuse(channel, KeyMedium, 0x11);
            return;
        }
        channel.Registers.Answer(FromDrive, channel.Registers.Low(), (byte)bytes, (byte)(bytes >> 8));
        channel.SendToGuest(bytes, () =>
        {
            if (Left > 0) SendNext(channel);
            else Done(channel);
        });
    }

    void Done(IdeChannel channel)
    {
        Left = 0;
        channel.Registers.Answer(Both, channel.Registers.Low(), channel.Registers.Middle(), channel.Registers.High());
        channel.Complete();
    }

    void Refuse(IdeChannel channel, byte key, byte code)
    {
        (_key, _code, Left) = (key, code, 0);
        channel.Registers.Answer(Both, channel.Registers.Low(), channel.Registers.Middle(), channel.Registers.High());
        channel.Complete((byte)((key << 4) | Aborted));
    }

    Span<byte> Clean(int length)
    {
        _answer.AsSpan().Clear();
        return _answer.AsSpan(0, length);
    }

    void Sense(IdeChannel channel, int wanted)
    {
        var sense = Clean(18);
        (sense[0], sense[2], sense[7], sense[12]) = (0x70, _key, 10, _code);
        Answer(channel, 18, wanted);
        _isNew = false;
    }

    void Inquiry(IdeChannel channel, int wanted)
    {
        var inquiry = Clean(36);
        // A CD drive with removable discs, answering as MMC wants it.
        (inquiry[0], inquiry[1], inquiry[3], inquiry[4]) = (5, 0x80, 0x21, 31);
        "RCHAIN  RemoteChain CD  1.0 "u8.CopyTo(inquiry[8..]);
        Answer(channel, 36, wanted);
    }

    void Capacity(IdeChannel channel)
    {
        var capacity = Clean(8);
        BinaryPrimitives.WriteUInt32BigEndian(capacity, (uint)Math.Max(0, DiscSectors - 1));
        BinaryPrimitives.WriteUInt32BigEndian(capacity[4..], DiscSectorBytes);
        Answer(channel, 8, 8);
    }

    /// <summary>Capabilities of the drive; other pages are refused.</summary>
    void ModePages(IdeChannel channel, byte page, int wanted, int header)
    {
        const byte capabilities = 0x2A;
        if ((page & 0x3F) is not (capabilities or 0x3F))
        {
            Refuse(channel, KeyIllegal, 0x24);
            return;
        }
        const int length = 20;
        var mode = Clean(header + length);
        if (header == 8) BinaryPrimitives.WriteUInt16BigEndian(mode, (ushort)(header + length - 2));
        else mode[0] = (byte)(header + length - 1);
        var at = mode[header..];
        (at[0], at[1], at[2]) = (capabilities, length - 2, 0x3B);
        // A tray; 706 kB/s.
        (at[6], at[8], at[9], at[14], at[15]) = (0x29, 2, 0xC2, 2, 0xC2);
        Answer(channel, header + length, wanted);
    }

    /// <summary>Table of contents: one track with data, and where it ends.</summary>
    void Contents(IdeChannel channel, byte[] packet)
    {
        var minutes = (packet[1] & 2) != 0;
        var wanted = BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7));
        var format = (packet[2] & 15) != 0 ? packet[2] & 15 : packet[9] >> 6;
        var list = Clean(20);
        if (format == 1)
        {
            (list[1], list[2], list[3], list[5], list[6]) = (10, 1, 1, 0x14, 1);
            Answer(channel, 12, wanted);
            return;
        }
        if (format != 0)
        {
            Refuse(channel, KeyIllegal, 0x24);
            return;
        }
        (list[1], list[2], list[3]) = (18, 1, 1);
        (list[5], list[6]) = (0x14, 1);
        (list[13], list[14]) = (0x14, 0xAA);
        PutAddress(list[8..], 0, minutes);
        PutAddress(list[16..], DiscSectors, minutes);
        Answer(channel, 20, wanted);
    }

    static void PutAddress(Span<byte> to, long sector, bool minutes)
    {
        if (!minutes)
        {
            BinaryPrimitives.WriteUInt32BigEndian(to, (uint)sector);
            return;
        }
        // 75 frames a second, and two seconds before the first.
        var frames = sector + 150;
        (to[1], to[2], to[3]) = ((byte)(frames / 75 / 60), (byte)(frames / 75 % 60), (byte)(frames % 75));
    }

    void Configuration(IdeChannel channel, int wanted)
    {
        var features = Clean(8 + 12);
        BinaryPrimitives.WriteInt32BigEndian(features, 16);
        // The profile of a CD.
        features[7] = 8;
        (features[10], features[11], features[13]) = (3, 8, 8);
        (features[14], features[17]) = (1, 0x10);
        Answer(channel, 20, wanted);
    }

    void Events(IdeChannel channel, byte[] packet)
    {
        var events = Clean(8);
        if ((packet[1] & 1) == 0)
        {
            Refuse(channel, KeyIllegal, 0x24);
            return;
        }
        // Of the media class: nothing happened, a disc is in.
        (events[1], events[2], events[3], events[5]) = (6, 4, 0x10, 2);
        if ((packet[4] & 0x10) == 0) (events[1], events[2]) = (2, 0x80);
        Answer(channel, (packet[4] & 0x10) == 0 ? 4 : 8, BinaryPrimitives.ReadUInt16BigEndian(packet.AsSpan(7)));
    }

    void DiscState(IdeChannel channel, int wanted)
    {
        var state = Clean(34);
        (state[1], state[2], state[3], state[4], state[5], state[6]) = (32, 0x0E, 1, 1, 1, 1);
        Answer(channel, 34, wanted);
    }

    void Identify(IdeChannel channel)
    {
        var identity = channel.Buffer[..SectorBytes];
        identity.Clear();
        // Packets of 12 bytes, a CD drive with removable discs.
        Put(identity, 0, 0x85C0);
        PutText(identity, 10, 10, "RC00000002");
        PutText(identity, 23, 4, "1.0");
        PutText(identity, 27, 20, "RemoteChain CD");
        Put(identity, 49, 0x0B00);
        Put(identity, 53, 3);
        Put(identity, 63, 0x407);
        Put(identity, 64, 3);
        for (var word = 65; word <= 68; word++) Put(identity, word, 120);
        Put(identity, 80, 0x7E);
        Put(identity, 82, 0x4010);
        Put(identity, 83, 0x4000);
        Put(identity, 84, 0x4000);
        channel.SendToGuest(SectorBytes, () => { });
    }

    /// <inheritdoc/>
    internal override void Save(StateWriter to)
    {
        base.Save(to);
        to.Add(_key, _code, _pieceMax, _byController ? 1 : 0, _isNew ? 1 : 0, _answerAt);
        to.AddBytes(_answer);
    }
}
