using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>The flat table from mnemonics to families, and the operands that all families share.</summary>
static unsafe class OpTable
{
    /// <summary>Chooses the handler of one instruction; its operands are in the operation already.</summary>
    /// <param name="i">As Iced decoded it.</param>
    /// <param name="o">Becomes ready to run.</param>
    /// <param name="flat">The memory operand needs no segment.</param>
    internal delegate Handler Binder(in Instruction i, Op* o, bool flat);

    static readonly Binder?[] s_binders = new Binder?[4096];
    static readonly bool[] s_ends = new bool[4096];

    static OpTable()
    {
        MoveOps.Register();
        AluOps.Register();
        ShiftOps.Register();
        MultiplyOps.Register();
        BitOps.Register();
        StackOps.Register();
        JumpOps.Register();
        StringOps.Register();
        SegmentOps.Register();
        SystemOps.Register();
        FloatOps.Register();
    }

    /// <summary>A family takes a mnemonic.</summary>
    internal static void Add(Mnemonic mnemonic, Binder binder) => s_binders[(int)mnemonic] = binder;

    /// <summary>Likewise, with handlers that all call the next operation themselves (<see cref="Chain"/>).</summary>
    internal static void AddChained(Mnemonic mnemonic, Binder binder) => Add(mnemonic, (in Instruction i, Op* o, bool flat) =>
    {
        o->Chained = 1;
        return binder(i, o, flat);
    });

    /// <summary>Likewise, and nothing behind it is decoded into the same block: it changes the mode, the mapping or the devices.</summary>
    internal static void AddLast(Mnemonic mnemonic, Binder binder)
    {
        Add(mnemonic, binder);
        s_ends[(int)mnemonic] = true;
    }

    /// <summary>Makes an operation of an instruction.</summary>
    /// <returns>True when the block ends with it.</returns>
    internal static bool Bind(in Instruction i, Op* o, ulong mode)
    {
        // SAFETY: o is one whole operation that the caller owns.
        ReadOperands(i, o);
        var flat = IsFlat(o, mode);
        var binder = s_binders[(int)i.Mnemonic];
        var known = binder is not null && !(i.HasLockPrefix && (o->Form & OpForm.FirstIsMemory) == 0);
        var handler = known ? binder!(i, o, flat) : &Unknown;
        if (o->Chained != 0)
        {
            o->Run = Chain.Direct(handler);
        }
        else
        {
            o->Run = &Chain.Enter;
            o->Other = (Op*)handler;
        }
        if (!known) return true;
        return i.FlowControl != FlowControl.Next || s_ends[(int)i.Mnemonic]
            || (i.Op0Kind == OpKind.Register && i.OpCount > 0 && i.Op0Register is >= Register.ES and <= Register.GS)
            || (i.OpCount > 0 && i.Op0Register.IsCR());
    }

    /// <summary>The memory operand needs no segment.</summary>
    internal static bool IsFlat(Op* o, ulong mode) =>
        (mode & Core.DataFlat) != 0 && o->AddressBytes == 4 && o->SegmentIndex is Core.Ds or Core.Es or Core.Ss;

    /// <summary>The address has two registers.</summary>
    internal static bool HasIndex(Op* o) => o->Index != CpuState.NoRegister * 8;

    static void ReadOperands(in Instruction i, Op* o)
    {
        o->Base = o->Index = CpuState.NoRegister * 8;
        o->AddressBytes = 4;
        o->SegmentIndex = Core.Ds;
        o->Repeat = (byte)(i.HasRepnePrefix ? 0xF2 : i.HasRepPrefix ? 0xF3 : 0);
        for (var n = 0; n < Math.Min(i.OpCount, 2); n++) ReadOperand(i, o, n);
        if (i.OpCount < 3 || i.Op2Kind == OpKind.Register) return;
        o->Imm = i.GetImmediate(2) & Any.Mask(o->Width is 1 or 2 or 4 ? o->Width : 8);
    }

    static void ReadOperand(in Instruction i, Op* o, int n)
    {
        var kind = i.GetOpKind(n);
        var width = 0;
        switch (kind)
        {
            case OpKind.Register:
                var register = i.GetOpRegister(n);
                width = register.GetSize();
                if (n == 0) o->Destination = RegisterAt(register);
                else o->Source = RegisterAt(register);
                break;
            case OpKind.NearBranch16 or OpKind.NearBranch32:
                o->Imm = i.NearBranchTarget;
                break;
            case OpKind.FarBranch16:
                o->Imm = ((ulong)i.FarBranchSelector << 32) | i.FarBranch16;
                width = 2;
                break;
            case OpKind.FarBranch32:
                o->Imm = ((ulong)i.FarBranchSelector << 32) | i.FarBranch32;
                width = 4;
                break;
            case >= OpKind.MemorySegSI and <= OpKind.MemoryESRDI:
                width = i.MemorySize.GetSize();
                ReadMemory(i, o);
                o->AddressBytes = (byte)(kind is OpKind.MemorySegSI or OpKind.MemorySegDI or OpKind.MemoryESDI ? 2 : 4);
                o->Form |= n == 0 ? OpForm.FirstIsMemory : OpForm.SecondIsMemory;
                break;
            case OpKind.Memory:
                width = i.MemorySize.GetSize();
                ReadMemory(i, o);
                o->Form |= n == 0 ? OpForm.FirstIsMemory : OpForm.SecondIsMemory;
                break;
            default:
                o->Imm = i.GetImmediate(n);
                if (n == 0) break;
                o->Form |= OpForm.SecondIsImmediate;
                if (o->Width is 1 or 2 or 4) o->Imm &= Any.Mask(o->Width);
                break;
        }
        if (n == 0) o->Width = (byte)width;
        else o->SourceWidth = (byte)width;
    }

    static void ReadMemory(in Instruction i, Op* o)
    {
        if (i.MemoryBase != Register.None) o->Base = RegisterAt(i.MemoryBase);
        if (i.MemoryIndex != Register.None) o->Index = RegisterAt(i.MemoryIndex);
        o->Scale = (byte)System.Numerics.BitOperations.TrailingZeroCount(i.MemoryIndexScale);
        o->Displacement = i.MemoryDisplacement32;
        o->SegmentIndex = (byte)(i.MemorySegment - Register.ES);
        var constant = i.MemoryBase == Register.None && i.MemoryIndex == Register.None;
        o->AddressBytes = (byte)(i.MemoryBase.IsGPR16() || i.MemoryIndex.IsGPR16() || (constant && i.MemoryDisplSize == 2) ? 2 : 4);
    }

    /// <summary>A general register's place in the register file, or the number of any other register.</summary>
    internal static byte RegisterAt(Register register)
    {
        if (register is >= Register.AH and <= Register.BH) return (byte)((register - Register.AH) * 8 + 1);
        if (register.IsGPR()) return (byte)(register.GetNumber() * 8);
        if (register is >= Register.ES and <= Register.GS) return (byte)(register - Register.ES);
        return (byte)register.GetNumber();
    }

    static Op* Unknown(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);
}
