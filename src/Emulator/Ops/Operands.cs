using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Ops;

/// <summary>Where an operand is. The handlers of frequent instructions are written once over kinds of operands and widths, and compiled for
/// each combination that occurs.</summary>
// SAFETY: operations come from the decoder, so their register offsets lie inside the register file and their memory operands are whole.
unsafe interface IOperand
{
    static abstract ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth;

    /// <summary>Reads what is written next: refuses now what the store would refuse.</summary>
    static abstract ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth;

    static abstract void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth;
}

/// <summary>The first operand, a register.</summary>
unsafe struct FirstRegister : IOperand
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => W.Load((byte*)s->Gpr + o->Destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => W.Load((byte*)s->Gpr + o->Destination);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth =>
        W.Store((byte*)s->Gpr + o->Destination, value);
}

/// <summary>The second operand, a register.</summary>
unsafe struct SecondRegister : IOperand
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => W.Load((byte*)s->Gpr + o->Source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => W.Load((byte*)s->Gpr + o->Source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth =>
        W.Store((byte*)s->Gpr + o->Source, value);
}

/// <summary>A constant of the instruction, cut to the width when it was decoded.</summary>
unsafe struct Immediate : IOperand
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => o->Imm;

    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => o->Imm;

    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth { }
}

/// <summary>Memory, while all segments begin at zero and end nowhere.</summary>
unsafe struct FlatMemory : IOperand
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Linear(CpuState* s, Op* o) =>
        (uint)(*(uint*)((byte*)s->Gpr + o->Base) + (*(uint*)((byte*)s->Gpr + o->Index) << o->Scale) + o->Displacement);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Access.Load<W>(c, s, o, Linear(s, o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Access.LoadForWrite<W>(c, s, o, Linear(s, o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth =>
        Access.Store<W>(c, s, o, Linear(s, o), value);
}

/// <summary>Likewise, with an address of one register and a constant.</summary>
unsafe struct FlatBase : IOperand
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Linear(CpuState* s, Op* o) => *(uint*)((byte*)s->Gpr + o->Base) + o->Displacement;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Access.Load<W>(c, s, o, Linear(s, o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth => Access.LoadForWrite<W>(c, s, o, Linear(s, o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth =>
        Access.Store<W>(c, s, o, Linear(s, o), value);
}

/// <summary>Memory through a segment register, with its limits and rights.</summary>
unsafe struct SegmentedMemory : IOperand
{
    // SAFETY: as the interface says.
    internal static uint Offset(CpuState* s, Op* o)
    {
        var offset = (uint)FlatMemory.Linear(s, o);
        return o->AddressBytes == 2 ? (ushort)offset : offset;
    }

    static ulong Place(Core c, CpuState* s, Op* o, int bytes, bool write)
    {
        s->At = o;
        return c.Linear(o->SegmentIndex, Offset(s, o), bytes, write);
    }

    public static ulong Read<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth =>
        Access.Load<W>(c, s, o, Place(c, s, o, W.Bytes, write: false));

    public static ulong ReadForWrite<W>(Core c, CpuState* s, Op* o) where W : struct, IWidth =>
        Access.LoadForWrite<W>(c, s, o, Place(c, s, o, W.Bytes, write: true));

    public static void Write<W>(Core c, CpuState* s, Op* o, ulong value) where W : struct, IWidth =>
        Access.Store<W>(c, s, o, Place(c, s, o, W.Bytes, write: true), value);
}

/// <summary>Operands of less frequent instructions: kind and width are looked at when they run.</summary>
static unsafe class Any
{
    // SAFETY: as IOperand says.
    internal static ulong Address(Core c, CpuState* s, Op* o, int bytes, bool write) =>
        c.Linear(o->SegmentIndex, SegmentedMemory.Offset(s, o), bytes, write);

    /// <summary>A second part behind the operand, checked by itself.</summary>
    internal static ulong Behind(Core c, CpuState* s, Op* o, int distance, int bytes)
    {
        var offset = SegmentedMemory.Offset(s, o) + (uint)distance;
        return c.Linear(o->SegmentIndex, o->AddressBytes == 2 ? (ushort)offset : offset, bytes, write: false);
    }

    internal static ulong First(Core c, CpuState* s, Op* o) => (o->Form & OpForm.FirstIsMemory) != 0
        ? Access.Load(c, s, Address(c, s, o, o->Width, write: false), o->Width)
        : Register(s, o->Destination, o->Width);

    internal static ulong FirstForWrite(Core c, CpuState* s, Op* o) => (o->Form & OpForm.FirstIsMemory) != 0
        ? Access.LoadForWrite(c, s, Address(c, s, o, o->Width, write: true), o->Width)
        : Register(s, o->Destination, o->Width);

    internal static void SetFirst(Core c, CpuState* s, Op* o, ulong value)
    {
        if ((o->Form & OpForm.FirstIsMemory) != 0) Access.Store(c, s, Address(c, s, o, o->Width, write: true), o->Width, value);
        else SetRegister(s, o->Destination, o->Width, value);
    }

    internal static ulong Second(Core c, CpuState* s, Op* o) =>
        (o->Form & OpForm.SecondIsImmediate) != 0 ? o->Imm
        : (o->Form & OpForm.SecondIsMemory) != 0 ? Access.Load(c, s, Address(c, s, o, o->SourceWidth, write: false), o->SourceWidth)
        : Register(s, o->Source, o->SourceWidth);

    internal static ulong Register(CpuState* s, int at, int bytes)
    {
        var from = (byte*)s->Gpr + at;
        return bytes switch { 1 => *from, 2 => *(ushort*)from, 4 => *(uint*)from, _ => *(ulong*)from };
    }

    internal static void SetRegister(CpuState* s, int at, int bytes, ulong value)
    {
        var to = (byte*)s->Gpr + at;
        switch (bytes)
        {
            case 1: *to = (byte)value; break;
            case 2: *(ushort*)to = (ushort)value; break;
            default: *(uint*)to = (uint)value; break;
        }
    }

    /// <summary>All bits of a width.</summary>
    internal static ulong Mask(int bytes) => ulong.MaxValue >> (64 - 8 * bytes);

    /// <summary>Extends with the sign from a width.</summary>
    internal static long Extend(ulong value, int bytes) => (long)(value << (64 - 8 * bytes)) >> (64 - 8 * bytes);
}
