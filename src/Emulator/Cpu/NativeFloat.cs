using System.Runtime.InteropServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>What an instruction of floating point or vectors needs, and waits for.</summary>
[Flags]
enum FloatNeeds : byte
{
    None = 0,

    /// <summary>MMX or SSE: other checks than x87's (SDM volume 3, section 2.5).</summary>
    Vector = 1,
    Simd = 2,

    /// <summary>An exception of an earlier instruction is raised before it.</summary>
    Waits = 4,

    /// <summary>The x87 unit with the guest's registers in it.</summary>
    Unit = 8,

    /// <summary>It moves the unit's whole environment, exception masks and addresses among it.</summary>
    Environment = 16,

    /// <summary>It reads or writes arithmetic flags.</summary>
    Flags = 32,

    /// <summary>It computes with MXCSR, and may raise.</summary>
    SimdControl = 64,
}

/// <summary>Runs single floating point and vector instructions on the host's own unit, so every result has exactly the bits that hardware gives. The guest's x87
/// registers are loaded when the first instruction needs them and stay there until <see cref="Release"/>: nothing else in this process uses them.
/// All exceptions are masked meanwhile; a guest that has one unmasked gets its registers back after each instruction.</summary>
sealed unsafe class NativeFloat : IDisposable
{
    const ushort AllMasked = 0x3F;
    const uint SimdAllMasked = 0x1F80, SimdFlags = 0x3F;

    /// <summary>Invalid, denormal, divide by zero.</summary>
    const uint SimdBefore = 7;

    const int SimdControlAt = 24, UnitAt = 32, UnitBytes = 128;

    readonly CpuState* _state;
    readonly byte* _area;

    // SAFETY: the state belongs to the core, which owns this; the area is a whole one of FXSAVE, on 64 bytes.
    internal NativeFloat(Core core)
    {
        _state = core.State;
        _state->UnitAway = 1;
        _state->HostSimdControl = SimdAllMasked;
        _area = (byte*)NativeMemory.AlignedAlloc(CpuState.FloatBytes, 64);
        NativeMemory.Clear(_area, CpuState.FloatBytes);
    }

    ref ushort Control => ref *(ushort*)_state->Float;

    ref ushort Status => ref *(ushort*)(_state->Float + 2);

    internal ref uint SimdControl => ref *(uint*)(_state->Float + SimdControlAt);

    /// <summary>An exception waits for the next instruction. Never while the unit holds the registers: all are masked then.</summary>
    internal bool IsPending
    {
        get
        {
            const ushort summary = 0x80;
            return _state->UnitAway != 0 && (Status & summary) != 0;
        }
    }

    internal void Reset()
    {
        Release();
        new Span<byte>(_state->Float, CpuState.FloatBytes).Clear();
        // As FNINIT leaves it; a tag of 0 is empty here.
        Control = 0x37F;
        SimdControl = SimdAllMasked;
        ForgetAddresses();
    }

    /// <summary>Last instruction and operand: the host's addresses must never be seen by a guest.</summary>
    internal void ForgetAddresses()
    {
        new Span<byte>(_state->Float + 6, 18).Clear();
        // Which bits MXCSR has is the host's too.
        *(uint*)(_state->Float + 28) = 0xFFFF;
    }

    internal ushort ReadControl()
    {
        if (_state->UnitAway != 0) return Control;
        HostCode.Call(HostCode.StoreControl, _state, _area);
        return *(ushort*)_area;
    }

    internal ushort ReadStatus()
    {
        if (_state->UnitAway != 0) return Status;
        HostCode.Call(HostCode.StoreStatus, _state, _area);
        return *(ushort*)_area;
    }

    /// <summary>FLDCW.</summary>
    internal void WriteControl(ushort value)
    {
        value = (ushort)((value & 0x1F3F) | 0x40);
        if (_state->UnitAway == 0 && (value & AllMasked) == AllMasked)
        {
            *(ushort*)_area = value;
            HostCode.Call(HostCode.LoadControl, _state, _area);
            return;
        }
        Release();
        Control = value;
        Summarise();
    }

    /// <summary>FNCLEX.</summary>
    internal void ClearStatus()
    {
        if (_state->UnitAway == 0) HostCode.Call(HostCode.ClearStatus, _state, _area);
        else Status &= 0x7F00;
    }

    /// <summary>Takes the registers back out of the host's unit; the unit is as .NET expects it.</summary>
    internal void Release()
    {
        if (_state->UnitAway != 0) return;
        HostCode.Call(HostCode.StoreUnit, _state, _area);
        _state->UnitAway = 1;
        // Control, status and tags; what the unit says of addresses is the host's.
        *(uint*)_state->Float = *(uint*)_area;
        *(ushort*)(_state->Float + 4) = _area[4];
        Buffer.MemoryCopy(_area + UnitAt, _state->Float + UnitAt, UnitBytes, UnitBytes);
    }

    void Hold()
    {
        Buffer.MemoryCopy(_state->Float, _area, UnitAt + UnitBytes, UnitAt + UnitBytes);
        new Span<byte>(_area + 6, SimdControlAt - 6).Clear();
        *(uint*)(_area + SimdControlAt) = SimdAllMasked;
        HostCode.Call(HostCode.LoadUnit, _state, _area);
        _state->UnitAway = 0;
    }

    bool TryHold()
    {
        if (_state->UnitAway == 0) return true;
        if ((Control & AllMasked) != AllMasked) return false;
        Hold();
        return true;
    }

    /// <summary>Runs one instruction.</summary>
    /// <param name="code">What <see cref="HostCode"/> made of it.</param>
    /// <param name="operand">Its memory operand, or anything.</param>
    /// <param name="needs">What it needs; all checks that come before it are done.</param>
    /// <exception cref="GuestFault">An SSE exception that the guest did not mask.</exception>
    internal void Run(nint code, byte* operand, FloatNeeds needs)
    {
        if ((needs & FloatNeeds.SimdControl) != 0 && (SimdControl & SimdAllMasked) != SimdAllMasked) RunUnmasked(code, operand, needs);
        else RunMasked(code, operand, needs);
    }

    void RunMasked(nint code, byte* operand, FloatNeeds needs)
    {
        if ((needs & FloatNeeds.Unit) == 0) HostCode.Call(code, _state, operand);
        else if ((needs & FloatNeeds.Environment) == 0 && TryHold()) HostCode.Call(code, _state, operand);
        else RunOnce(code, operand, needs);
    }

    /// <summary>x87 exceptions stay as the guest has them: hardware notes an unmasked one and raises it at the next instruction that waits, which never
    /// runs here.</summary>
    void RunOnce(nint code, byte* operand, FloatNeeds needs)
    {
        Release();
        var control = Control;
        // Only kernels that take such an exception as an interrupt get here with one.
        var pending = (needs & FloatNeeds.Waits) != 0 && (Status & ~control & AllMasked) != 0;
        if (pending) Control |= AllMasked;
        Hold();
        HostCode.Call(code, _state, operand);
        Release();
        if (pending && (needs & FloatNeeds.Environment) == 0) Control = control;
        Summarise();
    }

    /// <summary>Exceptions of SSE would hit this process, so they are masked, and the instruction undone when the guest had not masked one that it raised.</summary>
    void RunUnmasked(nint code, byte* operand, FloatNeeds needs)
    {
        Release();
        var before = *_state;
        var control = SimdControl;
        var unmasked = ~(control >> 7) & SimdFlags;
        SimdControl = (control | SimdAllMasked) & 0xFFFF & ~SimdFlags;
        RunMasked(code, operand, needs);
        var raised = SimdControl & SimdFlags;
        SimdControl = control | raised;
        if ((raised & unmasked) == 0) return;
        Release();
        *_state = before;
        // What is found before computing keeps the rest from being found.
        SimdControl = control | ((raised & unmasked & SimdBefore) != 0 ? raised & SimdBefore : raised);
        throw new GuestFault(GuestFault.SimdFloat);
    }

    /// <summary>The summary bit follows the unmasked exceptions.</summary>
    void Summarise()
    {
        const ushort summaryAndBusy = 0x8080;
        if ((Status & ~Control & AllMasked) != 0) Status |= summaryAndBusy;
        else Status &= unchecked((ushort)~summaryAndBusy);
    }

    /// <inheritdoc/>
    public void Dispose() => NativeMemory.AlignedFree(_area);
}
