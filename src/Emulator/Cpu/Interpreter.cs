using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>The reference engine: runs decoded blocks handler by handler. Interrupts are taken between blocks, at places that depend on the
/// instruction count alone and not on how the time was cut into slices.</summary>
sealed unsafe class Interpreter : ICpuEngine, IDisposable
{
    readonly Core _core;
    readonly CpuState* _state;
    readonly BlockCache _blocks = new();
    readonly BlockDecoder _decoder = new();

    // SAFETY: room for one block outside of the cache (cut short, or over a page's end) and the bytes of one instruction; freed in Dispose.
    readonly Op* _single = (Op*)NativeMemory.AlignedAlloc((nuint)((BlockDecoder.InstructionsMax + 2) * sizeof(Op)), 64);
    readonly byte* _bytes = (byte*)NativeMemory.Alloc(2 * BlockDecoder.InstructionBytesMax);

    internal Interpreter(Core core)
    {
        _core = core;
        _state = core.State;
        core.Mmu.CodeChanges = page => _blocks.Invalidate(page);
    }

    /// <summary>Decoded blocks now.</summary>
    internal int Blocks => _blocks.Count;

    /// <summary>Guest exceptions delivered, for reports.</summary>
    internal long Faults { get; private set; }

    /// <summary>Interrupts delivered, for reports.</summary>
    internal long Interrupts { get; private set; }

    /// <inheritdoc/>
    public EngineExit Run(long instructions)
    {
        try
        {
            return RunSlice(instructions);
        }
        finally
        {
            _core.Float.Release();
        }
    }

    EngineExit RunSlice(long instructions)
    {
        var s = _state;
        _core.BeginSlice(instructions);
        while (true)
        {
            if (s->Countdown == 0) return EngineExit.Count;
            if (_core.EventMoved) return End(EngineExit.Event);
            var wanted = _core.InterruptLine && (s->SystemFlags & Flags.Interrupt) != 0;
            if (wanted && s->Inhibit == 0)
            {
                if (!TakeInterrupt()) return End(EngineExit.Shutdown);
                continue;
            }
            if (s->Halted != 0) return End(EngineExit.Halted);
            var stepping = (s->SystemFlags & Flags.Trap) != 0;
            var watching = (s->Strict & Core.StrictWatch) != 0;
            var resumes = (s->SystemFlags & Flags.Resume) != 0;
            s->SystemFlags &= ~Flags.Resume;
            if (watching && !resumes && _core.IsBreakpoint((uint)(s->Cs.Base + s->Ip)))
            {
                s->Countdown--;
                if (!_core.TryDeliver(new(GuestFault.Debug), s->Ip)) return End(EngineExit.Shutdown);
                continue;
            }
            // One instruction only: the rest of the slice is held back, so that a block that is linked behind it finds nothing left.
            var held = stepping || watching || (wanted && s->Inhibit != 0) ? s->Countdown - 1 : 0;
            s->Inhibit = 0;
            _core.Entered = false;
            _core.HoldBack(held);
            var done = Execute();
            _core.HoldBack(-held);
            if (done == Outcome.Faulted) continue;
            if (done == Outcome.Shutdown) return End(EngineExit.Shutdown);
            if ((stepping || watching) && !Step(stepping)) return End(EngineExit.Shutdown);
        }
    }

    EngineExit End(EngineExit exit)
    {
        _core.EndSlice();
        return exit;
    }

    bool TakeInterrupt()
    {
        Interrupts++;
        var ip = _state->Ip;
        try
        {
            _core.Interrupt(_core.AcknowledgeInterrupt(), Core.Cause.Hardware);
            return true;
        }
        catch (GuestFault fault)
        {
            return _core.TryDeliver(fault, ip);
        }
    }

    /// <summary>The debug exception after an instruction that began with the trap flag set, or that met a breakpoint. Behind MOV SS and POP SS it
    /// waits one instruction; a handler that was entered meanwhile has switched the trap flag off.</summary>
    bool Step(bool stepping)
    {
        if (_state->Inhibit != 0 && (_state->SystemFlags & Flags.Trap) != 0) return true;
        var single = stepping && !_core.Entered;
        if (single) _state->Debug[6] |= 1 << 14;
        if (!_core.TakeWatch() && !single) return true;
        return _core.TryDeliver(new(GuestFault.Debug), _state->Ip);
    }

    enum Outcome
    {
        Left,
        Faulted,
        Shutdown,
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    Outcome Execute()
    {
        var core = _core;
        var s = _state;
        s->At = null;
        try
        {
            var o = Find();
            while (o != null) o = o->Run(core, s, o);
            return Outcome.Left;
        }
        catch (GuestFault fault)
        {
            Faults++;
            var o = s->At;
            // An exception counts as one instruction: a guest that does nothing else still uses up its slice.
            s->Countdown += o != null ? o->Left - 1 : -1;
            return core.TryDeliver(fault, o != null ? o->Ip : s->Ip) ? Outcome.Faulted : Outcome.Shutdown;
        }
    }

    /// <summary>The block at the instruction pointer, cut to what may still run.</summary>
    Op* Find()
    {
        var s = _state;
        if (s->Ip > s->Cs.Limit) throw new GuestFault(GuestFault.Protection);
        var linear = (uint)(s->Cs.Base + s->Ip);
        var physical = _core.Mmu.TranslateCode(linear);
        var limit = s->Countdown;
        var mode = s->CodeStamp & ((1 << Core.ModeBits) - 1);
        var inPage = 4096 - (int)(physical & 0xFFF);
        if (s->Cs.Limit - s->Ip < (ulong)inPage - 1) return DecodeLimited(physical, linear, mode, limit);
        BlockCache.Key key = new(physical, s->Ip, mode);
        var block = _blocks.Find(key);
        if (block == null)
        {
            var length = DecodeInPage(physical, mode, out var memory);
            if (length == 0) return DecodeSingle(linear, mode);
            block = memory;
            _blocks.Keep(key, length);
            if (!_core.Memory.HasCode(physical)) _core.Mmu.NoticeWrites(physical & ~0xFFFUL);
        }
        if (block->Left > limit)
        {
            _decoder.Decode(_core.Memory.HostOfCode(physical), inPage, s->Ip, mode, (int)limit, _single);
            return _single;
        }
        _core.RememberJump(s->Ip, block);
        return block;
    }

    int DecodeInPage(ulong physical, ulong mode, out Op* block)
    {
        if (_blocks.IsFull)
        {
            foreach (var page in _blocks.Pages) _core.Memory.SetCode(page, false);
            _blocks.Clear();
            _state->CodeStamp += 1 << Core.ModeBits;
        }
        block = _blocks.Free;
        // Nothing but RAM and firmware holds code in this machine; what lies elsewhere reads as all ones, which is no instruction.
        var code = _core.Memory.HostOfCode(physical);
        if (code == null) throw new GuestFault(GuestFault.InvalidOpcode);
        return _decoder.Decode(code, (int)(4096 - (physical & 0xFFF)), _state->Ip, mode,
            BlockDecoder.InstructionsMax, block);
    }

    /// <summary>An instruction that crosses a page's end: decoded every time, because either half may be mapped anew.</summary>
    Op* DecodeSingle(uint linear, ulong mode)
    {
        var bytes = (int)Math.Min(_state->Cs.Limit - _state->Ip + 1, BlockDecoder.InstructionBytesMax);
        var length = 0;
        var cr2 = _state->Cr2;
        GuestFault? end = null;
        for (; length < bytes && end == null; length++)
        {
            try
            {
                _bytes[length] = (byte)_core.Mmu.LoadPhysical(_core.Mmu.TranslateCode(linear + (uint)length), 1);
            }
            catch (GuestFault fault)
            {
                // Perhaps the instruction ends before the page that is missing.
                end = fault;
                length--;
            }
        }
        if (_decoder.Decode(_bytes, length, _state->Ip, mode, 1, _single) == 0) throw end ?? new GuestFault(GuestFault.Protection);
        _state->Cr2 = cr2;
        return _single;
    }

    /// <summary>Where the code segment ends inside this page: nothing is kept, because other segments may hold the same code.</summary>
    Op* DecodeLimited(ulong physical, uint linear, ulong mode, long limit)
    {
        var code = _core.Memory.HostOfCode(physical);
        if (code == null) throw new GuestFault(GuestFault.InvalidOpcode);
        var available = (int)Math.Min(_state->Cs.Limit - _state->Ip + 1, 4096 - (physical & 0xFFF));
        var instructions = (int)Math.Min(limit, BlockDecoder.InstructionsMax);
        return _decoder.Decode(code, available, _state->Ip, mode, instructions, _single) != 0
            ? _single
            : DecodeSingle(linear, mode);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _blocks.Dispose();
        NativeMemory.AlignedFree(_single);
        NativeMemory.Free(_bytes);
    }
}
