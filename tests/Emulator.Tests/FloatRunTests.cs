using Iced.Intel;
using RemoteChain.Emulator.Cpu;
using static Iced.Intel.AssemblerRegisters;

namespace RemoteChain.Emulator.Tests;

/// <summary>x87 registers stay in the host's unit while the guest runs. That must not be seen: not by when they are taken out, and not by what else the process does.</summary>
public sealed unsafe class FloatRunTests
{
    const int Programs = 400, InstructionsMax = 40;
    const uint DataAt = 0x50000;

    static readonly byte[] s_prefixes = [0x66, 0xF2, 0xF3];

    [Fact]
    public void Instructions_InOneRun_LeaveWhatTheyLeaveOneByOne()
    {
        Random random = new(38);
        using Bench whole = new(), single = new();
        var (finished, faulted) = (0, 0);
        for (var program = 0; program < Programs; program++)
        {
            var code = Program(random, out var text);
            var data = Data(random);
            Start(whole, code, data);
            Start(single, code, data);
            whole.Run(InstructionsMax);
            for (var n = 0; n < InstructionsMax; n++) single.Run(1);
            Assert.True(Shown(single) == Shown(whole), $"program {program}:\n{text}\none by one {Shown(single)}\nin one run {Shown(whole)}");
            if (whole.Halted < 0) finished++;
            else faulted++;
        }
        Assert.InRange(finished, Programs / 4, Programs);
        Assert.InRange(faulted, Programs / 40, Programs);
    }

    [Fact]
    public void Registers_WhileTheRuntimeCollects_StayInTheUnit()
    {
        var quiet = Summed(collect: false);
        Assert.Equal(quiet, Summed(collect: true));
        Assert.Equal(0xE0, quiet[4]);
    }

    /// <summary>Long sums with all registers in use; the x87 state behind them.</summary>
    static byte[] Summed(bool collect)
    {
        using Bench bench = new();
        bench.State->Cr0 |= Core.NumericError;
        bench.Assemble(a =>
        {
            var loop = a.CreateLabel();
            a.fninit();
            a.fld1();
            a.fldpi();
            a.fldz();
            a.mov(ecx, 300_000);
            a.Label(ref loop);
            a.fld(st1);
            a.fdiv(st0, st3);
            a.faddp(st1, st0);
            a.fld1();
            a.faddp(st3, st0);
            a.dec(ecx);
            a.jne(loop);
            a.hlt();
        });
        using CancellationTokenSource done = new();
        var collector = Task.Run(() =>
        {
            while (collect && !done.IsCancellationRequested) GC.Collect(0, GCCollectionMode.Forced, blocking: true);
        });
        bench.Run(30_000_000);
        done.Cancel();
        collector.Wait();
        return new ReadOnlySpan<byte>(bench.State->Float, 160).ToArray();
    }

    static void Start(Bench bench, byte[] code, byte[] data)
    {
        bench.HaltOnExceptions();
        bench.Machine.Core.Float.Reset();
        data.CopyTo(bench.Machine.Memory.Span(DataAt, data.Length));
        code.CopyTo(bench.Machine.Memory.Span(Bench.CodeAt, code.Length));
        bench.Machine.Core.Mmu.WrittenByDevice(Bench.CodeAt, code.Length);
        var s = bench.State;
        s->Cr0 |= Core.NumericError;
        for (var n = 0; n < 8; n++) s->Gpr[n] = (ulong)(n * 0x1234567);
        (s->Gpr[Core.Bx], s->Gpr[Core.Sp]) = (DataAt, Bench.StackAt);
        Flags.Set(s, 0);
        s->Halted = 0;
        s->Ip = Bench.CodeAt;
    }

    static string Shown(Bench bench)
    {
        var s = bench.State;
        var general = string.Join(' ', Enumerable.Range(0, 8).Select(n => $"{(uint)s->Gpr[n]:x}"));
        return $"{s->Ip:x} {Flags.Get(s):x} {general} {Convert.ToHexString(new ReadOnlySpan<byte>(s->Float, CpuState.FloatBytes))} "
            + Convert.ToHexString(bench.Machine.Memory.Span(DataAt, 256));
    }

    /// <summary>Numbers of every size that are numbers, mostly.</summary>
    static byte[] Data(Random random)
    {
        var data = new byte[256];
        random.NextBytes(data);
        for (var at = 0; at < data.Length; at += 8)
            if (random.Next(4) != 0) BitConverter.TryWriteBytes(data.AsSpan(at), random.Next(2) == 0 ? random.NextDouble() * 1000 : random.Next(-1000, 1000));
        return data;
    }

    /// <summary>Instructions of all units, in any order; memory operands are at EBX.</summary>
    static byte[] Program(Random random, out string text)
    {
        List<byte> code = [];
        List<string> lines = [];
        var bytes = new byte[16];
        while (lines.Count < InstructionsMax)
        {
            var length = Draw(random, bytes);
            var decoder = Decoder.Create(32, bytes.AsSpan(0, length).ToArray());
            decoder.Decode(out var i);
            if (decoder.LastError != DecoderError.None || !IsWanted(i, random)) continue;
            code.AddRange(bytes.AsSpan(0, i.Length));
            lines.Add(i.ToString());
        }
        text = string.Join('\n', lines);
        // Behind the last one, should it be reached.
        code.Add(0xF4);
        return [.. code];
    }

    static int Draw(Random random, byte[] bytes)
    {
        var at = 0;
        if (random.Next(10) < 6)
        {
            bytes[at++] = (byte)(0xD8 + random.Next(8));
        }
        else
        {
            if (random.Next(2) == 0) bytes[at++] = s_prefixes[random.Next(3)];
            bytes[at++] = 0x0F;
            bytes[at++] = (byte)random.Next(0x10, 0x100);
        }
        // A register, or a byte behind EBX.
        bytes[at++] = (byte)(random.Next(3) != 0 ? 0xC0 + random.Next(64) : 0x43 + 8 * random.Next(8));
        bytes[at++] = (byte)(4 * random.Next(30));
        bytes[at++] = (byte)random.Next(256);
        return at;
    }

    static bool IsWanted(in Instruction i, Random random)
    {
        if (i.Mnemonic is Mnemonic.Maskmovq or Mnemonic.Maskmovdqu or Mnemonic.Ldmxcsr or Mnemonic.Wait || i.IsJccShortOrNear) return false;
        if (i.Mnemonic is Mnemonic.Fldcw or Mnemonic.Fldenv or Mnemonic.Frstor && random.Next(20) != 0) return false;
        if (i.Op0Kind == OpKind.Register && i.Op0Register is Register.EBX or Register.ESP or Register.BX or Register.SP) return false;
        foreach (var feature in i.CpuidFeatures)
            if (feature is not (CpuidFeature.FPU or CpuidFeature.FPU287 or CpuidFeature.FPU387 or CpuidFeature.MMX or CpuidFeature.SSE or CpuidFeature.SSE2
                or CpuidFeature.CMOV)) return false;
        return true;
    }
}
