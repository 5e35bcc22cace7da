using System.Runtime.CompilerServices;
using RemoteChain.Emulator.Ops;

namespace RemoteChain.Emulator.Memory;

/// <summary>The fast half of every access to memory: one compare of the page of the last byte with the tag of the page of the first.</summary>
// SAFETY: a tag equals a page's address only while its offset leads to a whole page of RAM; an access over the page's end differs from it.
static unsafe class Access
{
    const ulong PageMask = ~0xFFFUL;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong Load<W>(Core c, CpuState* s, Op* o, ulong linear) where W : struct, IWidth
    {
        var entry = s->Tlb + ((linear >> 12) & (Mmu.Entries - 1));
        return ((linear + (ulong)(W.Bytes - 1)) & PageMask) == entry->ReadTag
            ? W.Load((byte*)((nint)linear + entry->Offset))
            : c.Mmu.SlowLoad(o, linear, W.Bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static ulong LoadForWrite<W>(Core c, CpuState* s, Op* o, ulong linear) where W : struct, IWidth
    {
        var entry = s->Tlb + ((linear >> 12) & (Mmu.Entries - 1));
        return ((linear + (ulong)(W.Bytes - 1)) & PageMask) == entry->WriteTag
            ? W.Load((byte*)((nint)linear + entry->Offset))
            : c.Mmu.SlowLoadForWrite(o, linear, W.Bytes);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static void Store<W>(Core c, CpuState* s, Op* o, ulong linear, ulong value) where W : struct, IWidth
    {
        var entry = s->Tlb + ((linear >> 12) & (Mmu.Entries - 1));
        if (((linear + (ulong)(W.Bytes - 1)) & PageMask) == entry->WriteTag) W.Store((byte*)((nint)linear + entry->Offset), value);
        else c.Mmu.SlowStore(o, linear, W.Bytes, value);
    }

    /// <summary>A load of 1, 2, 4 or 8 bytes.</summary>
    internal static ulong Load(Core c, CpuState* s, ulong linear, int bytes) => bytes switch
    {
        1 => Load<W8>(c, s, s->At, linear),
        2 => Load<W16>(c, s, s->At, linear),
        4 => Load<W32>(c, s, s->At, linear),
        _ => c.Mmu.SlowLoad(linear, bytes),
    };

    internal static ulong LoadForWrite(Core c, CpuState* s, ulong linear, int bytes) => bytes switch
    {
        1 => LoadForWrite<W8>(c, s, s->At, linear),
        2 => LoadForWrite<W16>(c, s, s->At, linear),
        4 => LoadForWrite<W32>(c, s, s->At, linear),
        _ => c.Mmu.SlowLoadForWrite(linear, bytes),
    };

    internal static void Store(Core c, CpuState* s, ulong linear, int bytes, ulong value)
    {
        switch (bytes)
        {
            case 1: Store<W8>(c, s, s->At, linear, value); break;
            case 2: Store<W16>(c, s, s->At, linear, value); break;
            case 4: Store<W32>(c, s, s->At, linear, value); break;
            default: c.Mmu.SlowStore(linear, bytes, value); break;
        }
    }
}
