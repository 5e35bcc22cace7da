using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Ops;

/// <summary>Whether host code for an instruction can run at once. Where not, the careful way finds out why.</summary>
// SAFETY: the state is what the engine passes.
unsafe interface IReady
{
    static abstract bool IsReady(CpuState* s);
}

/// <summary>x87 and MMX: the kernel has given the unit to this program, and it holds the registers.</summary>
unsafe struct OfUnit : IReady
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReady(CpuState* s) => (((uint)s->Cr0 & FloatOps.EmulateOrSwitched) | s->UnitAway) == 0;
}

/// <summary>SSE that only moves bits.</summary>
unsafe struct OfQuietSimd : IReady
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReady(CpuState* s) => ((uint)s->Cr0 & FloatOps.EmulateOrSwitched) == 0 && (s->Cr4 & FloatOps.SimdOn) != 0;
}

/// <summary>SSE that computes: with all exceptions masked.</summary>
unsafe struct OfSimd : IReady
{
    const uint AllMasked = 0x1F80;

    // SAFETY: as the interface says; MXCSR is inside the area of FXSAVE.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static bool IsReady(CpuState* s) => OfQuietSimd.IsReady(s) && (*(uint*)(s->Float + 24) & AllMasked) == AllMasked;
}

/// <summary>Where the host has a memory operand, in one piece and with the rights that the instruction needs; null where that takes more than a look.</summary>
// SAFETY: a tag equals a page's address only while its offset leads to a whole page of RAM; an access over the page's end differs from it.
unsafe interface IHostPlace
{
    static abstract byte* Of(CpuState* s, Op* o);
}

/// <summary>There is no memory operand.</summary>
unsafe struct Nowhere : IHostPlace
{
    // SAFETY: nobody follows it.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Of(CpuState* s, Op* o) => (byte*)s;
}

unsafe struct ReadMemory : IHostPlace
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Of(CpuState* s, Op* o) => Read(s, o, FlatMemory.Linear(s, o));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte* Read(CpuState* s, Op* o, ulong linear)
    {
        var entry = s->Tlb + ((linear >> 12) & (Mmu.Entries - 1));
        return ((linear + o->Width - 1) & ~0xFFFUL) == entry->ReadTag && (linear & o->SourceWidth) == 0 ? (byte*)((nint)linear + entry->Offset) : null;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static byte* Written(CpuState* s, Op* o, ulong linear)
    {
        var entry = s->Tlb + ((linear >> 12) & (Mmu.Entries - 1));
        return ((linear + o->Width - 1) & ~0xFFFUL) == entry->WriteTag && (linear & o->SourceWidth) == 0 ? (byte*)((nint)linear + entry->Offset) : null;
    }
}

unsafe struct ReadBase : IHostPlace
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Of(CpuState* s, Op* o) => ReadMemory.Read(s, o, FlatBase.Linear(s, o));
}

unsafe struct WrittenMemory : IHostPlace
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Of(CpuState* s, Op* o) => ReadMemory.Written(s, o, FlatMemory.Linear(s, o));
}

unsafe struct WrittenBase : IHostPlace
{
    // SAFETY: as the interface says.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static byte* Of(CpuState* s, Op* o) => ReadMemory.Written(s, o, FlatBase.Linear(s, o));
}
