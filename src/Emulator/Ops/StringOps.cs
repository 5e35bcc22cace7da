using Iced.Intel;

namespace RemoteChain.Emulator.Ops;

/// <summary>String instructions. A repeated one does as many elements as lie in the pages that it has reached, then starts over: so it can be
/// interrupted, and where it stops does not depend on anything outside of the guest.</summary>
// SAFETY: host pointers come from the table of translations and are used inside their page only.
static unsafe class StringOps
{
    const byte Move = 0, Store = 1, Load = 2, Compare = 3, Scan = 4, In = 5, Out = 6;

    /// <summary>The most elements of one go where pages do not limit it.</summary>
    const uint ElementsMax = 4096;

    internal static void Register()
    {
        Add(Move, Mnemonic.Movsb, Mnemonic.Movsw, Mnemonic.Movsd);
        Add(Store, Mnemonic.Stosb, Mnemonic.Stosw, Mnemonic.Stosd);
        Add(Load, Mnemonic.Lodsb, Mnemonic.Lodsw, Mnemonic.Lodsd);
        Add(Compare, Mnemonic.Cmpsb, Mnemonic.Cmpsw, Mnemonic.Cmpsd);
        Add(Scan, Mnemonic.Scasb, Mnemonic.Scasw, Mnemonic.Scasd);
        Add(In, Mnemonic.Insb, Mnemonic.Insw, Mnemonic.Insd);
        Add(Out, Mnemonic.Outsb, Mnemonic.Outsw, Mnemonic.Outsd);
    }

    static void Add(byte what, Mnemonic one, Mnemonic two, Mnemonic four)
    {
        AddOne(one, what, 1);
        AddOne(two, what, 2);
        AddOne(four, what, 4);
    }

    static void AddOne(Mnemonic mnemonic, byte what, byte bytes)
    {
        OpTable.Binder binder = (in Instruction i, Op* o, bool flat) =>
        {
            // MOVSD and CMPSD are also instructions of SSE2.
            if (!i.IsStringInstruction) return FloatOps.Bind(i, o, flat);
            o->Width = bytes;
            o->Condition = what;
            return &Do;
        };
        if (what is In or Out) OpTable.AddLast(mnemonic, binder);
        else OpTable.Add(mnemonic, binder);
    }

    static Op* Do(Core c, CpuState* s, Op* o)
    {
        if (o->Repeat == 0)
        {
            Element(c, s, o);
            if (o->Condition is not (In or Out)) return o + 1;
            s->Ip = o->NextIp;
            return null;
        }
        var count = (uint)Any.Register(s, Core.Cx * 8, o->AddressBytes);
        if (o->Condition is In or Out) c.DemandPort((ushort)s->Gpr[Core.Dx], o->Width);
        if (count == 0) return o + 1;
        // Whoever steps or watches is asked after every element (SDM volume 3, section 18.3.1.4).
        var isStepped = (s->SystemFlags & Flags.Trap) != 0 || (s->Strict & Core.StrictWatch) != 0;
        if (!isStepped && (o->Condition is Move or Store) && TryFill(c, s, o, count, out var filled))
        {
            count -= filled;
        }
        else
        {
            for (var burst = isStepped ? 1 : Math.Min(count, ElementsMax); burst > 0; burst--)
            {
                Element(c, s, o);
                Any.SetRegister(s, Core.Cx * 8, o->AddressBytes, --count);
                if (o->Condition is Compare or Scan && Flags.IsZero(s) != (o->Repeat == 0xF3)) return o + 1;
            }
        }
        if (count == 0) return o + 1;
        // The rest is a new instruction to the clock.
        s->Countdown += o->Left - 1;
        s->Ip = o->Ip;
        return null;
    }

    /// <summary>The whole part of a forward move or store that lies within the pages of its ends, as one copy.</summary>
    static bool TryFill(Core c, CpuState* s, Op* o, uint count, out uint done)
    {
        done = 0;
        if ((s->SystemFlags & Flags.Direction) != 0 || o->AddressBytes != 4 || s->Es.Open == 0 || s->Strict != 0) return false;
        var to = (uint)(s->Es.Base + s->Gpr[Core.Di]);
        var elements = Math.Min(count, (4096 - (to & 0xFFF)) / o->Width);
        uint from = 0;
        if (o->Condition == Move)
        {
            if (c.Segments[o->SegmentIndex].Open == 0) return false;
            from = (uint)(c.Segments[o->SegmentIndex].Base + s->Gpr[Core.Si]);
            elements = Math.Min(elements, (4096 - (from & 0xFFF)) / o->Width);
        }
        if (elements < 2)
        {
            // Over the page's end, or up to it.
            Element(c, s, o);
            c.Set32(Core.Cx, count - 1);
            done = 1;
            return true;
        }
        // Both by the tables of pages where the recent translations lack one: so how far it gets depends on addresses only.
        var source = o->Condition == Move ? c.Mmu.HostOf(from, write: false) : null;
        var target = c.Mmu.HostOf(to, write: true);
        if (target == null || (o->Condition == Move && source == null)) return false;
        var bytes = elements * o->Width;
        if (o->Condition == Store)
        {
            switch (o->Width)
            {
                case 1: new Span<byte>(target, (int)elements).Fill((byte)s->Gpr[Core.Ax]); break;
                case 2: new Span<ushort>(target, (int)elements).Fill((ushort)s->Gpr[Core.Ax]); break;
                default: new Span<uint>(target, (int)elements).Fill((uint)s->Gpr[Core.Ax]); break;
            }
        }
        else
        {
            // A target shortly behind its source repeats a pattern: element by element.
            if (target > source && target < source + bytes) return false;
            Buffer.MemoryCopy(source, target, bytes, bytes);
            c.Set32(Core.Si, (uint)s->Gpr[Core.Si] + bytes);
        }
        c.Set32(Core.Di, (uint)s->Gpr[Core.Di] + bytes);
        done = elements;
        c.Set32(Core.Cx, count - elements);
        return true;
    }

    static void Element(Core c, CpuState* s, Op* o)
    {
        int bytes = o->Width;
        switch (o->Condition)
        {
            case Move:
                var moved = Access.Load(c, s, Origin(c, s, o), bytes);
                Access.Store(c, s, Target(c, s, o, write: true), bytes, moved);
                Advance(s, o, Core.Si);
                Advance(s, o, Core.Di);
                break;
            case Store:
                Access.Store(c, s, Target(c, s, o, write: true), bytes, Any.Register(s, Core.Ax * 8, bytes));
                Advance(s, o, Core.Di);
                break;
            case Load:
                Any.SetRegister(s, Core.Ax * 8, bytes, Access.Load(c, s, Origin(c, s, o), bytes));
                Advance(s, o, Core.Si);
                break;
            case Compare:
                var second = Access.Load(c, s, Target(c, s, o, write: false), bytes);
                SetComparison(s, bytes, Access.Load(c, s, Origin(c, s, o), bytes), second);
                Advance(s, o, Core.Si);
                Advance(s, o, Core.Di);
                break;
            case Scan:
                SetComparison(s, bytes, Any.Register(s, Core.Ax * 8, bytes), Access.Load(c, s, Target(c, s, o, write: false), bytes));
                Advance(s, o, Core.Di);
                break;
            case In:
                c.DemandPort((ushort)s->Gpr[Core.Dx], bytes);
                var to = Target(c, s, o, write: true);
                c.Mmu.CheckWrite(to, bytes);
                c.StampNow(o);
                Access.Store(c, s, to, bytes, c.Ports.Read((ushort)s->Gpr[Core.Dx], bytes));
                Advance(s, o, Core.Di);
                break;
            default:
                c.DemandPort((ushort)s->Gpr[Core.Dx], bytes);
                var value = Access.Load(c, s, Origin(c, s, o), bytes);
                c.StampNow(o);
                c.Ports.Write((ushort)s->Gpr[Core.Dx], bytes, (uint)value);
                Advance(s, o, Core.Si);
                break;
        }
    }

    static void SetComparison(CpuState* s, int bytes, ulong a, ulong b)
    {
        switch (bytes)
        {
            case 1: AluOps.Difference.Do<W8>(s, a, b, 0); break;
            case 2: AluOps.Difference.Do<W16>(s, a, b, 0); break;
            default: AluOps.Difference.Do<W32>(s, a, b, 0); break;
        }
    }

    static ulong Origin(Core c, CpuState* s, Op* o) =>
        c.Linear(o->SegmentIndex, (uint)Any.Register(s, Core.Si * 8, o->AddressBytes), o->Width, write: false);

    static ulong Target(Core c, CpuState* s, Op* o, bool write) =>
        c.Linear(Core.Es, (uint)Any.Register(s, Core.Di * 8, o->AddressBytes), o->Width, write);

    static void Advance(CpuState* s, Op* o, int register)
    {
        var step = (s->SystemFlags & Flags.Direction) != 0 ? -o->Width : o->Width;
        Any.SetRegister(s, register * 8, o->AddressBytes, Any.Register(s, register * 8, o->AddressBytes) + (ulong)step);
    }
}
