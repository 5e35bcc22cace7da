using Iced.Intel;

namespace RemoteChain.Emulator.Tests.Cases;

/// <remarks>Registers and memory behind the operands: addresses that lead into the window, targets of jumps, counts, selectors.</remarks>
sealed unsafe partial class CaseGenerator
{
    const int Cx = 1, Bx = 3, Sp = 4, Bp = 5, Si = 6, Di = 7;

    /// <summary>Where an operand may begin: mostly inside the parts that a case brings along, at any offset to the pages' ends.</summary>
    uint Place(int bytes) => _random.Next(24) switch
    {
        0 => CaseLayout.Writable - (uint)_random.Next(0, 2 * bytes + 1),
        1 => CaseLayout.End - (uint)_random.Next(0, bytes + 1),
        2 => CaseLayout.ReadOnly + (uint)_random.Next(0, 256),
        3 => CaseLayout.End + (uint)_random.Next(0, 64),
        4 or 5 or 6 or 7 => CaseLayout.Middle - (uint)_random.Next(0, bytes + 1),
        8 => 0x4000_0000 + (Any32() & 0x7FFF_FFFF),
        9 or 10 => CaseLayout.Writable + (uint)_random.Next(0, 16),
        11 or 12 => CaseLayout.End - 128 + (uint)_random.Next(0, 64),
        _ => CaseLayout.Middle + ((uint)_random.Next(-8, 4) * 16),
    };

    void PlaceOperands(CaseSlot* slot)
    {
        var i = _instruction;
        // Segments that begin in the window count from there.
        slot->Gpr[Sp] = Stack(slot);
        PlaceImplicit(slot, i);
        for (var n = 0; n < i.OpCount; n++)
            if (i.GetOpKind(n) == OpKind.Memory) PlaceMemory(slot, i);
        PlaceTargets(slot, i);
    }

    uint Stack(CaseSlot* slot)
    {
        var place = Place(4);
        if (!Chance(25)) place = CaseLayout.Middle + (uint)_random.Next(-60, 60);
        if (Chance(80)) place &= ~3u;
        return place - CaseLayout.BaseOf(slot->Ss);
    }

    void PlaceImplicit(CaseSlot* slot, in Instruction i)
    {
        var repeats = i.HasRepPrefix || i.HasRepnePrefix;
        if (i.IsStringInstruction || i.Mnemonic is Mnemonic.Maskmovq or Mnemonic.Maskmovdqu)
        {
            slot->Gpr[Si] = Place(4) - CaseLayout.BaseOf(SegmentOf(slot, i.MemorySegment));
            slot->Gpr[Di] = Place(4) - CaseLayout.BaseOf(i.IsStringInstruction ? slot->Es : SegmentOf(slot, i.MemorySegment));
            if (repeats && Chance(90)) slot->Gpr[Cx] = Chance(10) ? 0 : (uint)_random.Next(40);
        }
        if (i.Mnemonic is Mnemonic.Enter or Mnemonic.Leave) slot->Gpr[Bp] = Stack(slot);
        if (i.Mnemonic is Mnemonic.Loop or Mnemonic.Loope or Mnemonic.Loopne && Chance(50)) slot->Gpr[Cx] = (uint)_random.Next(3);
        if (i.Mnemonic is Mnemonic.Bt or Mnemonic.Bts or Mnemonic.Btr or Mnemonic.Btc && i.Op1Kind == OpKind.Register && Chance(90))
            Set(slot, i.Op1Register, (uint)_random.Next(-300, 600));
        if (i.Mnemonic is Mnemonic.Div or Mnemonic.Idiv && Chance(70)) slot->Gpr[2] = Chance(50) ? 0 : (uint)_random.Next(-2, 100);
    }

    static uint SegmentOf(CaseSlot* slot, Register segment) => segment switch
    {
        Register.ES => slot->Es, Register.CS => slot->Cs, Register.SS => slot->Ss, Register.FS => slot->Fs, Register.GS => slot->Gs, _ => slot->Ds,
    };

    static void SetSegment(CaseSlot* slot, Register segment, uint selector)
    {
        switch (segment)
        {
            case Register.ES: slot->Es = selector; break;
            case Register.SS: slot->Ss = selector; break;
            case Register.DS: slot->Ds = selector; break;
            case Register.FS: slot->Fs = selector; break;
            case Register.GS: slot->Gs = selector; break;
        }
    }

    static void Set(CaseSlot* slot, Register register, uint value)
    {
        if (!register.IsGPR()) return;
        if (register.IsGPR8()) return;
        slot->Gpr[register.GetNumber()] = value;
    }

    static uint Get(CaseSlot* slot, Register register) => register == Register.None ? 0
        : register.GetSize() == 2 ? slot->Gpr[register.GetNumber()] & 0xFFFF : register.GetSize() == 1 ? slot->Gpr[0] & 0xFF : slot->Gpr[register.GetNumber()];

    /// <summary>Changes the base, the index or the displacement so that the address is a place.</summary>
    void PlaceMemory(CaseSlot* slot, in Instruction i)
    {
        var bytes = Math.Max(1, i.MemorySize.GetSize());
        var narrow = i.MemoryBase.IsGPR16() || i.MemoryIndex.IsGPR16() || (i.MemoryBase == Register.None && i.MemoryIndex == Register.None && i.MemoryDisplSize == 2);
        // 16-bit addresses reach the window through a segment that begins there.
        if (narrow && i.MemorySegment != Register.CS && Chance(85)) SetSegment(slot, i.MemorySegment, CaseLayout.Selector(new[] { 0, 3, 8, 1 }[_random.Next(i.MemorySegment == Register.SS ? 3 : 4)]));
        if (narrow && i.MemorySegment == Register.SS && (slot->Ss & 4) != 0) slot->Gpr[Sp] = Stack(slot);
        var wanted = Place(bytes);
        if (bytes == 16 && Chance(85)) wanted &= ~15u;
        if ((slot->Flags & AlignmentFlag) != 0 && Chance(50)) wanted &= ~7u;
        wanted -= CaseLayout.BaseOf(SegmentOf(slot, i.MemorySegment));
        var scale = (uint)Math.Max(1, i.MemoryIndexScale);
        var index = Get(slot, i.MemoryIndex) * scale;
        var mask = narrow ? 0xFFFFu : uint.MaxValue;
        if (i.MemoryBase != Register.None && i.MemoryBase != i.MemoryIndex && i.MemoryBase is not (Register.ESP or Register.SP))
        {
            var value = wanted - index - i.MemoryDisplacement32;
            slot->Gpr[i.MemoryBase.GetNumber()] = (slot->Gpr[i.MemoryBase.GetNumber()] & ~mask) | (value & mask);
        }
        else if (i.MemoryDisplSize == 4)
        {
            // The displacement is the last four bytes before the constants: found by its value.
            var value = wanted - index - Get(slot, i.MemoryBase);
            Replace(slot, i.MemoryDisplacement32, value);
        }
    }

    void Replace(CaseSlot* slot, uint old, uint value)
    {
        for (var n = (int)slot->CodeBytes - 4; n > 0; n--)
        {
            if (BitConverter.ToUInt32(new Span<byte>(slot->Code + n, 4)) != old) continue;
            BitConverter.TryWriteBytes(new Span<byte>(slot->Code + n, 4), value);
            return;
        }
    }

    /// <summary>Jumps lead back into the code, far ones with selectors that exist, mostly.</summary>
    void PlaceTargets(CaseSlot* slot, in Instruction i)
    {
        var target = CaseLayout.Code + (uint)_random.Next(0x100, 0x700);
        var selector = Chance(50) ? CaseLayout.FlatCode : CaseLayout.Selector(_random.Next(CaseLayout.Local.Length));
        switch (i.Mnemonic)
        {
            case Mnemonic.Jmp or Mnemonic.Call when i.Op0Kind == OpKind.Register:
                Set(slot, i.Op0Register, target - CaseLayout.BaseOf(slot->Cs));
                break;
            case Mnemonic.Ret:
                Poke(slot, Linear(slot, slot->Gpr[Sp]), target - CaseLayout.BaseOf(slot->Cs), 4);
                break;
            case Mnemonic.Retf or Mnemonic.Iret or Mnemonic.Iretd:
                PokeFrame(slot, i, target, selector);
                break;
            case Mnemonic.Jmp or Mnemonic.Call when i.Op0Kind == OpKind.Memory:
                PokeMemory(slot, i, target, selector);
                break;
            case Mnemonic.Lds or Mnemonic.Les or Mnemonic.Lfs or Mnemonic.Lgs or Mnemonic.Lss when Chance(80):
                PokeMemory(slot, i, Any32(), Chance(60) ? CaseLayout.FlatStack : CaseLayout.Selector(_random.Next(CaseLayout.Local.Length)));
                break;
            case Mnemonic.Mov when i.Op0Register.IsSegmentRegister() && i.Op1Kind == OpKind.Register && Chance(80):
                Set(slot, i.Op1Register, Chance(40) ? CaseLayout.FlatStack : CaseLayout.Selector(_random.Next(CaseLayout.Local.Length)));
                break;
            case Mnemonic.Pop when i.Op0Register.IsSegmentRegister() && Chance(80):
                Poke(slot, Linear(slot, slot->Gpr[Sp]), Chance(40) ? CaseLayout.FlatStack : CaseLayout.Selector(_random.Next(CaseLayout.Local.Length)), 4);
                break;
        }
    }

    static uint Linear(CaseSlot* slot, uint offset)
    {
        var narrow = (slot->Ss & 4) != 0 && (CaseLayout.Local[slot->Ss / 8].Bits & 1) == 0;
        return CaseLayout.BaseOf(slot->Ss) + (narrow ? offset & 0xFFFF : offset);
    }

    void PokeFrame(CaseSlot* slot, in Instruction i, uint target, uint selector)
    {
        var bytes = i.Code is Code.Retfw or Code.Retfw_imm16 or Code.Iretw ? 2u : 4;
        var at = Linear(slot, slot->Gpr[Sp]);
        Poke(slot, at, target - CaseLayout.BaseOf(selector), (int)bytes);
        Poke(slot, at + bytes, Chance(90) ? selector : Any32(), (int)bytes);
        // Not NT: the kernel's own way back to the program would trip over it; not TF with nothing behind it.
        Poke(slot, at + 2 * bytes, Any32() & 0x0024_8FD5, (int)bytes);
    }

    void PokeMemory(CaseSlot* slot, in Instruction i, uint target, uint selector)
    {
        var offset = Get(slot, i.MemoryBase) + Get(slot, i.MemoryIndex) * (uint)Math.Max(1, i.MemoryIndexScale) + i.MemoryDisplacement32;
        var at = CaseLayout.BaseOf(SegmentOf(slot, i.MemorySegment)) + offset;
        var far = i.IsJmpFarIndirect || i.IsCallFarIndirect;
        var bytes = i.MemorySize.GetSize() is 2 or 4 && !(far && i.MemorySize.GetSize() == 4) ? i.MemorySize.GetSize() : i.MemorySize.GetSize() - 2;
        if (bytes is not (2 or 4)) return;
        Poke(slot, at, target - (i.Mnemonic is Mnemonic.Jmp or Mnemonic.Call ? CaseLayout.BaseOf(far ? selector : slot->Cs) : 0), bytes);
        Poke(slot, at + (uint)bytes, selector, 2);
    }

    /// <summary>Writes into what the case brings along, if the place is there.</summary>
    static void Poke(CaseSlot* slot, uint at, uint value, int bytes)
    {
        for (var n = 0; n < bytes; n++)
        {
            var offset = 0;
            foreach (var (start, length) in CaseLayout.Parts)
            {
                if (at + (uint)n - start < (uint)length) slot->Memory[offset + (int)(at + (uint)n - start)] = (byte)(value >> (8 * n));
                offset += length;
            }
        }
    }

    /// <summary>Jumps onto themselves, and counts that go on for ever.</summary>
    bool IsTooFar(CaseSlot* slot)
    {
        var i = _instruction;
        if (i.Op0Kind is OpKind.NearBranch16 or OpKind.NearBranch32)
        {
            var target = (uint)i.NearBranchTarget;
            return target >= slot->Ip && target < slot->Ip + slot->CodeBytes;
        }
        return false;
    }
}
