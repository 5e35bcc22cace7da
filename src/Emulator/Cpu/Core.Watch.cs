namespace RemoteChain.Emulator.Cpu;

/// <remarks>What is looked at on every access only while a guest asks for it: alignment (SDM volume 3, section 6.15, interrupt 17) and the four
/// breakpoints (section 18.2). While they are on, no access takes the flat way around <see cref="Linear"/>.</remarks>
unsafe partial class Core
{
    const uint OnInstruction = 0, OnWrite = 1, OnPort = 2;
    const ulong DebugExtensions = 8;

    /// <summary>Bits of DR6 that the instruction that runs has earned.</summary>
    internal uint WatchHits { get; private set; }

    // SAFETY: State is this core's own memory; breakpoint numbers are 0 to 3.
    void CheckStrict(ulong linear, int bytes, bool write)
    {
        if ((State->Strict & StrictAlignment) != 0 && (linear & (Alignment(bytes) - 1)) != 0) throw new GuestFault(GuestFault.Alignment);
        if ((State->Strict & StrictWatch) != 0) Watch((uint)linear, bytes, write ? OnWrite : 3);
    }

    /// <summary>Far pointers, table registers and floating point states are as aligned as their parts.</summary>
    static ulong Alignment(int bytes) => bytes switch { 1 => 1, 2 => 2, 6 => 4, 8 or 10 => 8, 14 or 94 => 2, 28 or 108 => 4, 16 => 16, _ => 4 };

    /// <summary>Notes which breakpoints an access meets; the exception comes behind the instruction.</summary>
    void Watch(uint linear, int bytes, uint kind)
    {
        for (var n = 0; n < 4; n++)
        {
            if (!IsArmed(n, out var wanted, out var length)) continue;
            var fits = kind switch { OnWrite => wanted is OnWrite or 3, OnPort => wanted == OnPort && (State->Cr4 & DebugExtensions) != 0, _ => wanted == 3 };
            var start = (uint)State->Debug[n] & ~(length - 1);
            if (fits && linear < (ulong)start + length && (ulong)linear + (ulong)bytes > start) WatchHits |= 1u << n;
        }
    }

    bool IsArmed(int n, out uint kind, out uint length)
    {
        var control = (uint)State->Debug[7];
        kind = (control >> (16 + 4 * n)) & 3;
        length = ((control >> (18 + 4 * n)) & 3) switch { 0 => 1, 1 => 2, 2 => 8, _ => 4 };
        return ((control >> (2 * n)) & 3) != 0;
    }

    /// <summary>IN and OUT under breakpoints.</summary>
    internal void WatchPort(uint port, int bytes)
    {
        if ((State->Strict & StrictWatch) != 0) Watch(port, bytes, OnPort);
    }

    /// <summary>Whether a breakpoint is on the instruction that would run next; its bits are set in DR6.</summary>
    internal bool IsBreakpoint(uint linear)
    {
        var hits = 0u;
        for (var n = 0; n < 4; n++)
            if (IsArmed(n, out var kind, out _) && kind == OnInstruction && (uint)State->Debug[n] == linear) hits |= 1u << n;
        State->Debug[6] |= hits;
        return hits != 0;
    }

    /// <summary>Forgets what a fault made void.</summary>
    internal void ForgetWatch() => WatchHits = 0;

    /// <summary>Takes the hits of the instruction that ran into DR6.</summary>
    internal bool TakeWatch()
    {
        var hits = WatchHits;
        WatchHits = 0;
        State->Debug[6] |= hits;
        return hits != 0;
    }
}
