using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>Control and status words of the units, and their whole states.</summary>
// SAFETY: state and operation are what the engine passes; whole states are read and written inside the area of FXSAVE.
static unsafe class FloatControlOps
{
    const uint MonitorAndSwitched = 2 | 8;

    internal static bool TryBind(in Instruction i, out Handler handler)
    {
        handler = i.Mnemonic switch
        {
            Mnemonic.Fldcw => &LoadControl,
            Mnemonic.Fnstcw or Mnemonic.Fstcw => &StoreControl,
            Mnemonic.Fnstsw or Mnemonic.Fstsw => &StoreStatus,
            Mnemonic.Fnclex or Mnemonic.Fclex => &ClearExceptions,
            Mnemonic.Ldmxcsr => &LoadSimdControl,
            Mnemonic.Stmxcsr => &StoreSimdControl,
            Mnemonic.Fxsave => &SaveAll,
            Mnemonic.Fxrstor => &RestoreAll,
            _ => (Handler)null,
        };
        return handler != null;
    }

    internal static Op* Wait(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & MonitorAndSwitched) == MonitorAndSwitched) throw new GuestFault(GuestFault.NoFloat);
        FloatOps.DemandNothingPending(c, s);
        return o + 1;
    }

    static Op* LoadControl(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        c.Float.WriteControl((ushort)Any.First(c, s, o));
        return o + 1;
    }

    static Op* StoreControl(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.ReadControl());
        return o + 1;
    }

    static Op* StoreStatus(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.ReadStatus());
        return o + 1;
    }

    static Op* ClearExceptions(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        c.Float.ClearStatus();
        return o + 1;
    }

    static Op* LoadSimdControl(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        var value = (uint)Any.First(c, s, o);
        if ((value & 0xFFFF_0000) != 0) throw new GuestFault(GuestFault.Protection);
        c.Float.SimdControl = value;
        return o + 1;
    }

    static Op* StoreSimdControl(Core c, CpuState* s, Op* o)
    {
        FloatOps.Demand(c, s, o);
        Any.SetFirst(c, s, o, c.Float.SimdControl);
        return o + 1;
    }

    static Op* SaveAll(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & FloatOps.EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        var linear = Any.Address(c, s, o, CpuState.FloatBytes, write: true);
        if (linear % 16 != 0) throw new GuestFault(GuestFault.Protection);
        c.Mmu.CheckWrite(linear, CpuState.FloatBytes);
        c.Float.Release();
        // 32-bit programs have eight of the sixteen SSE registers; what lies behind them is left alone.
        for (var at = 0; at < 288; at += 4) Access.Store<W32>(c, s, o, (uint)(linear + (ulong)at), *(uint*)(s->Float + at));
        return o + 1;
    }

    static Op* RestoreAll(Core c, CpuState* s, Op* o)
    {
        if ((s->Cr0 & FloatOps.EmulateOrSwitched) != 0) throw new GuestFault(GuestFault.NoFloat);
        var linear = Any.Address(c, s, o, CpuState.FloatBytes, write: false);
        if (linear % 16 != 0) throw new GuestFault(GuestFault.Protection);
        var simdControl = Access.Load<W32>(c, s, o, (uint)(linear + 24));
        if ((simdControl & 0xFFFF_0000) != 0) throw new GuestFault(GuestFault.Protection);
        Access.Load<W32>(c, s, o, (uint)(linear + 284));
        c.Float.Release();
        for (var at = 0; at < 288; at += 4)
            if (at != 28) *(uint*)(s->Float + at) = (uint)Access.Load<W32>(c, s, o, (uint)(linear + (ulong)at));
        c.Float.ForgetAddresses();
        return o + 1;
    }
}
