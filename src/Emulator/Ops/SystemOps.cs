using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Control registers, flags, ports, identification, model-specific registers, HLT.</summary>
// SAFETY: state and operation are what the engine passes; control and debug registers have the decoder's numbers.
static unsafe class SystemOps
{
    /// <summary>Family 6, model 8, stepping 3: a processor of the kind that Linux calls i686.</summary>
    internal const uint Signature = 0x683;

    // CPUID leaf 1, EDX: FPU, DE, PSE, TSC, MSR, PAE, CX8, SEP, PGE, CMOV, CLFSH, MMX, FXSR, SSE, SSE2. EBX: CLFLUSH takes 8 times 8 bytes.
    const uint Features = 1 | 1 << 2 | 1 << 3 | 1 << 4 | 1 << 5 | 1 << 6 | 1 << 8 | 1 << 11 | 1 << 13 | 1 << 15 | 1 << 19 | 1 << 23 | 1 << 24
        | 1 << 25 | 1 << 26;
    const uint FlushBytes = 8 << 8, NoExecute = 1 << 20, MsrExtendedFeatures = 0xC000_0080;

    // CPUID leaf 1, ECX.
    const uint Hypervisor = 1u << 31;
    const uint TimeStampKilohertz = (uint)(Devices.GuestClock.InstructionsPerSecond / 1000);
    const uint MsrTsc = 0x10, MsrApicBase = 0x1B, MsrSysenterCs = 0x174, MsrSysenterSp = 0x175, MsrSysenterIp = 0x176, MsrMicrocode = 0x8B;
    const uint MsrMiscEnable = 0x1A0, MsrPageAttributes = 0x277;

    internal static void Register()
    {
        OpTable.Add(Mnemonic.Clc, (in Instruction i, Op* o, bool _) => &ClearCarry);
        OpTable.Add(Mnemonic.Stc, (in Instruction i, Op* o, bool _) => &SetCarry);
        OpTable.Add(Mnemonic.Cmc, (in Instruction i, Op* o, bool _) => &ComplementCarry);
        OpTable.Add(Mnemonic.Cld, (in Instruction i, Op* o, bool _) => &ClearDirection);
        OpTable.Add(Mnemonic.Std, (in Instruction i, Op* o, bool _) => &SetDirection);
        OpTable.Add(Mnemonic.Cli, (in Instruction i, Op* o, bool _) => &ClearInterrupt);
        OpTable.AddLast(Mnemonic.Sti, (in Instruction i, Op* o, bool _) => &SetInterrupt);
        OpTable.Add(Mnemonic.Lahf, (in Instruction i, Op* o, bool _) => &LoadFlags);
        OpTable.Add(Mnemonic.Sahf, (in Instruction i, Op* o, bool _) => &StoreFlags);
        OpTable.Add(Mnemonic.Salc, (in Instruction i, Op* o, bool _) => &CarryToAl);
        OpTable.AddLast(Mnemonic.Hlt, (in Instruction i, Op* o, bool _) => &Halt);
        OpTable.AddLast(Mnemonic.In, (in Instruction i, Op* o, bool _) => &In);
        OpTable.AddLast(Mnemonic.Out, BindOut);
        OpTable.Add(Mnemonic.Cpuid, (in Instruction i, Op* o, bool _) => &Identify);
        OpTable.Add(Mnemonic.Rdtsc, (in Instruction i, Op* o, bool _) => &ReadTime);
        OpTable.Add(Mnemonic.Rdmsr, (in Instruction i, Op* o, bool _) => &ReadModel);
        OpTable.AddLast(Mnemonic.Wrmsr, (in Instruction i, Op* o, bool _) => &WriteModel);
        OpTable.AddLast(Mnemonic.Invlpg, (in Instruction i, Op* o, bool _) => &InvalidatePage);
        OpTable.Add(Mnemonic.Wbinvd, (in Instruction i, Op* o, bool _) => &KernelNothing);
        OpTable.Add(Mnemonic.Invd, (in Instruction i, Op* o, bool _) => &KernelNothing);
        OpTable.Add(Mnemonic.Clts, (in Instruction i, Op* o, bool _) => &ClearTaskSwitched);
        OpTable.AddLast(Mnemonic.Lmsw, (in Instruction i, Op* o, bool _) => &LoadStatus);
        OpTable.Add(Mnemonic.Smsw, (in Instruction i, Op* o, bool _) => &StoreStatus);
        OpTable.AddLast(Mnemonic.Sysenter, (in Instruction i, Op* o, bool _) => &SystemEnter);
        OpTable.AddLast(Mnemonic.Sysexit, (in Instruction i, Op* o, bool _) => &SystemExit);
    }

    static Op* ClearCarry(Core c, CpuState* s, Op* o)
    {
        Flags.SetCarry(s, false);
        return o + 1;
    }

    static Op* SetCarry(Core c, CpuState* s, Op* o)
    {
        Flags.SetCarry(s, true);
        return o + 1;
    }

    static Op* ComplementCarry(Core c, CpuState* s, Op* o)
    {
        Flags.SetCarry(s, !Flags.IsCarry(s));
        return o + 1;
    }

    static Op* ClearDirection(Core c, CpuState* s, Op* o)
    {
        s->SystemFlags &= ~Flags.Direction;
        return o + 1;
    }

    static Op* SetDirection(Core c, CpuState* s, Op* o)
    {
        s->SystemFlags |= Flags.Direction;
        return o + 1;
    }

    static void DemandInterruptRight(Core c)
    {
        if (c.IsProtected && c.State->Cpl > c.IoPrivilege) throw new GuestFault(GuestFault.Protection);
    }

    static Op* ClearInterrupt(Core c, CpuState* s, Op* o)
    {
        DemandInterruptRight(c);
        s->SystemFlags &= ~Flags.Interrupt;
        return o + 1;
    }

    static Op* SetInterrupt(Core c, CpuState* s, Op* o)
    {
        DemandInterruptRight(c);
        if ((s->SystemFlags & Flags.Interrupt) == 0) s->Inhibit = 1;
        s->SystemFlags |= Flags.Interrupt;
        s->Ip = o->NextIp;
        return null;
    }

    static Op* LoadFlags(Core c, CpuState* s, Op* o)
    {
        ((byte*)s->Gpr)[1] = (byte)Flags.Get(s);
        return o + 1;
    }

    static Op* StoreFlags(Core c, CpuState* s, Op* o)
    {
        const uint low = Flags.Arithmetic & 0xFF;
        Flags.Set(s, (Flags.Get(s) & ~low) | (((byte*)s->Gpr)[1] & low));
        return o + 1;
    }

    static Op* CarryToAl(Core c, CpuState* s, Op* o)
    {
        *(byte*)s->Gpr = (byte)(Flags.IsCarry(s) ? 0xFF : 0);
        return o + 1;
    }

    static Op* Halt(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        s->Halted = 1;
        s->Ip = o->NextIp;
        return null;
    }

    static Op* In(Core c, CpuState* s, Op* o)
    {
        var port = (o->Form & OpForm.SecondIsImmediate) != 0 ? (ushort)(byte)o->Imm : (ushort)s->Gpr[Core.Dx];
        c.DemandPort(port, o->Width);
        c.WatchPort(port, o->Width);
        c.StampNow(o);
        Any.SetRegister(s, Core.Ax * 8, o->Width, c.Ports.Read(port, o->Width));
        s->Ip = o->NextIp;
        return null;
    }

    static Handler BindOut(in Instruction i, Op* o, bool flat)
    {
        // The port is the first operand, so the width is the second's.
        o->Width = o->SourceWidth;
        o->Condition = (byte)(i.Op0Kind == OpKind.Register ? 0 : 1);
        return &Out;
    }

    static Op* Out(Core c, CpuState* s, Op* o)
    {
        var port = o->Condition == 1 ? (ushort)(byte)o->Imm : (ushort)s->Gpr[Core.Dx];
        c.DemandPort(port, o->Width);
        c.WatchPort(port, o->Width);
        c.StampNow(o);
        c.Ports.Write(port, o->Width, (uint)Any.Register(s, Core.Ax * 8, o->Width));
        s->Ip = o->NextIp;
        return null;
    }

    static Op* Identify(Core c, CpuState* s, Op* o)
    {
        var leaf = c.Get32(Core.Ax);
        var (a, b, x, d) = leaf switch
        {
            // "GenuineIntel": what kernels of this age know how to treat.
            0 => (1u, 0x756E_6547u, 0x6C65_746Eu, 0x4965_6E69u),
            1 => (Signature, FlushBytes, Hypervisor, Features),
            // What guests look for before they ask at a port where an absolute pointer is, and for the counter's frequency. "VMwareVMware".
            0x4000_0000 => (0x4000_0010u, 0x6177_4D56u, 0x4D56_6572u, 0x6572_6177u),
            // Kilohertz of the time stamp counter and of the bus.
            0x4000_0010 => (TimeStampKilohertz, TimeStampKilohertz, 0u, 0u),
            0x8000_0000 => (0x8000_0008u, 0u, 0u, 0u),
            0x8000_0001 => (0u, 0u, 0u, NoExecute),
            0x8000_0002 or 0x8000_0003 or 0x8000_0004 => (Brand(leaf, 0), Brand(leaf, 4), Brand(leaf, 8), Brand(leaf, 12)),
            // Bits of addresses, physical and linear.
            0x8000_0008 => (0x2024u, 0u, 0u, 0u),
            _ => (0u, 0u, 0u, 0u),
        };
        c.Set32(Core.Ax, a);
        c.Set32(Core.Bx, b);
        c.Set32(Core.Cx, x);
        c.Set32(Core.Dx, d);
        return o + 1;
    }

    static uint Brand(uint leaf, int at) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(Name.Slice((int)(leaf - 0x8000_0002) * 16 + at));

    /// <summary>What /proc/cpuinfo shows: 48 bytes with zeros behind.</summary>
    static ReadOnlySpan<byte> Name => "RemoteChain emulated i686 processor\0\0\0\0\0\0\0\0\0\0\0\0\0"u8;

    static Op* ReadTime(Core c, CpuState* s, Op* o)
    {
        const ulong timeStampDisabled = 4;
        if ((s->Cr4 & timeStampDisabled) != 0) c.DemandKernel();
        var time = (ulong)c.StampNow(o) + s->TscOffset;
        c.Set32(Core.Ax, (uint)time);
        c.Set32(Core.Dx, (uint)(time >> 32));
        return o + 1;
    }

    static Op* ReadModel(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        var value = c.Get32(Core.Cx) switch
        {
            MsrTsc => (ulong)c.StampNow(o) + s->TscOffset,
            MsrSysenterCs => s->SysenterCs,
            MsrSysenterSp => s->SysenterSp,
            MsrSysenterIp => s->SysenterIp,
            MsrPageAttributes => s->PageAttributes,
            MsrExtendedFeatures => s->Efer,
            MsrApicBase or MsrMicrocode or MsrMiscEnable => 0UL,
            _ => throw new GuestFault(GuestFault.Protection),
        };
        c.Set32(Core.Ax, (uint)value);
        c.Set32(Core.Dx, (uint)(value >> 32));
        return o + 1;
    }

    static Op* WriteModel(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        var value = c.Get32(Core.Ax) | ((ulong)c.Get32(Core.Dx) << 32);
        switch (c.Get32(Core.Cx))
        {
            case MsrTsc: s->TscOffset = value - (ulong)c.StampNow(o); break;
            case MsrSysenterCs: s->SysenterCs = value; break;
            case MsrSysenterSp: s->SysenterSp = value; break;
            case MsrSysenterIp: s->SysenterIp = value; break;
            case MsrPageAttributes: s->PageAttributes = value; break;
            case MsrExtendedFeatures:
                if ((value & ~Core.NoExecuteOn) != 0) throw new GuestFault(GuestFault.Protection);
                s->Efer = value;
                c.Mmu.Flush();
                break;
            case MsrApicBase or MsrMicrocode or MsrMiscEnable: break;
            default: throw new GuestFault(GuestFault.Protection);
        }
        return Core.Go(s, o->NextIp);
    }

    static Op* InvalidatePage(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        c.Mmu.FlushPage((uint)(c.Segments[o->SegmentIndex].Base + SegmentedMemory.Offset(s, o)));
        s->Ip = o->NextIp;
        return null;
    }

    static Op* KernelNothing(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        return o + 1;
    }

    static Op* ClearTaskSwitched(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        s->Cr0 &= ~Core.TaskSwitched;
        return o + 1;
    }

    static Op* LoadStatus(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        o->Width = 2;
        // It can set protected mode and not leave it.
        SetControl0(c, (s->Cr0 & ~0xEUL) | (Any.First(c, s, o) & 0xF));
        s->Ip = o->NextIp;
        return null;
    }

    static Op* StoreStatus(Core c, CpuState* s, Op* o)
    {
        Any.SetFirst(c, s, o, s->Cr0);
        return o + 1;
    }

    static Op* SystemEnter(Core c, CpuState* s, Op* o)
    {
        c.SystemEnter();
        return null;
    }

    static Op* SystemExit(Core c, CpuState* s, Op* o)
    {
        c.SystemExit();
        return null;
    }

    internal static Handler BindMove(in Instruction i, Op* o)
    {
        o->Width = o->SourceWidth = 4;
        if (i.Op0Register.IsCR()) return &ToControl;
        if (i.Op1Register.IsCR()) return &FromControl;
        return i.Op0Register.IsDR() ? &ToDebug : &FromDebug;
    }

    static Op* FromControl(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        c.Set32(o->Destination / 8, (uint)(o->Source switch
        {
            0 => s->Cr0,
            2 => s->Cr2,
            3 => s->Cr3,
            4 => s->Cr4,
            _ => throw new GuestFault(GuestFault.InvalidOpcode),
        }));
        return o + 1;
    }

    static Op* ToControl(Core c, CpuState* s, Op* o)
    {
        c.DemandKernel();
        var value = (ulong)c.Get32(o->Source / 8);
        switch (o->Destination)
        {
            case 0:
                SetControl0(c, value);
                break;
            case 2:
                s->Cr2 = value;
                break;
            case 3:
                c.LoadPageTables(value);
                break;
            case 4:
                SetControl4(c, value);
                break;
            default:
                throw new GuestFault(GuestFault.InvalidOpcode);
        }
        s->Ip = o->NextIp;
        return null;
    }

    static void SetControl0(Core c, ulong value)
    {
        const ulong cacheOff = 1 << 30, notWriteThrough = 1 << 29, alwaysOn = 0x10, known = 0xE005_003F;
        var refused = (value & (Core.PagingOn | Core.ProtectionOn)) == Core.PagingOn || (value & (cacheOff | notWriteThrough)) == notWriteThrough;
        if (refused) throw new GuestFault(GuestFault.Protection);
        var s = c.State;
        var old = s->Cr0;
        s->Cr0 = (value & known) | alwaysOn;
        // What belongs to floating point changes no translation.
        const ulong floating = 0x2E;
        if (((old ^ s->Cr0) & ~floating) == 0) return;
        try
        {
            c.LoadPageTables(s->Cr3);
        }
        catch (GuestFault)
        {
            s->Cr0 = old;
            throw;
        }
        c.ModeChanged();
    }

    static void SetControl4(Core c, ulong value)
    {
        // TSD, DE, PSE, PAE, PGE, OSFXSR, OSXMMEXCPT: what CPUID promises.
        const ulong known = 0x6BC;
        if ((value & ~known) != 0) throw new GuestFault(GuestFault.Protection);
        var old = c.State->Cr4;
        c.State->Cr4 = value;
        try
        {
            c.LoadPageTables(c.State->Cr3);
        }
        catch (GuestFault)
        {
            c.State->Cr4 = old;
            throw;
        }
    }

    /// <summary>Which debug register a number means: 4 and 5 are old names.</summary>
    static int DemandDebug(Core c, int number)
    {
        const ulong extensions = 8, general = 1 << 13, detected = 1 << 13;
        if (number is 4 or 5 && (c.State->Cr4 & extensions) != 0) throw new GuestFault(GuestFault.InvalidOpcode);
        c.DemandKernel();
        if ((c.State->Debug[7] & general) == 0) return number is 4 or 5 ? number + 2 : number;
        c.State->Debug[7] &= ~general;
        c.State->Debug[6] |= detected;
        throw new GuestFault(GuestFault.Debug);
    }

    static Op* FromDebug(Core c, CpuState* s, Op* o)
    {
        c.Set32(o->Destination / 8, (uint)s->Debug[DemandDebug(c, o->Source & 7)]);
        return o + 1;
    }

    static Op* ToDebug(Core c, CpuState* s, Op* o)
    {
        const uint statusMask = 0xE00F, statusFixed = 0xFFFF_0FF0, controlMask = 0xFFFF_23FF, controlFixed = 0x400;
        var number = DemandDebug(c, o->Destination & 7);
        var value = c.Get32(o->Source / 8);
        s->Debug[number] = number switch { 6 => (value & statusMask) | statusFixed, 7 => (value & controlMask) | controlFixed, _ => value };
        c.ModeChanged();
        s->Ip = o->NextIp;
        return null;
    }
}
