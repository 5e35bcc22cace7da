using System.Runtime.CompilerServices;
using Iced.Intel;
using RemoteChain.Emulator.Ops;

namespace RemoteChain.Emulator.Cpu;

/// <summary>From bytes to operations, by Iced's decoder and the table of families.</summary>
sealed unsafe class BlockDecoder
{
    internal const int InstructionsMax = 64, InstructionBytesMax = 15;

    readonly ByteSource _source = new();
    readonly Decoder _wide, _narrow;

    internal BlockDecoder()
    {
        _wide = Decoder.Create(32, _source);
        _narrow = Decoder.Create(16, _source);
    }

    /// <summary>Decodes one block: a counting operation, then one for each instruction, then one that goes on behind the block.</summary>
    /// <param name="code">The first byte.</param>
    /// <param name="available">Bytes that may be read from there.</param>
    /// <param name="ip">Offset of the first instruction in its segment.</param>
    /// <param name="mode">Mode bits of <see cref="CpuState.CodeStamp"/>.</param>
    /// <param name="instructionsMax">Where to cut the block.</param>
    /// <param name="ops">Room for <paramref name="instructionsMax"/> + 2 operations.</param>
    /// <returns>Operations used; 0 when not even the first instruction is whole.</returns>
    internal int Decode(byte* code, int available, ulong ip, ulong mode, int instructionsMax, Op* ops)
    {
        // SAFETY: the source stops at the end of what it was given; ops has the room that the contract asks for.
        _source.Set(code, available);
        var decoder = (mode & Core.CodeBig) != 0 ? _wide : _narrow;
        decoder.IP = ip;
        var count = 0;
        var ended = false;
        Instruction before = default;
        while (count < instructionsMax && !ended)
        {
            decoder.Decode(out var instruction);
            if (decoder.LastError == DecoderError.NoMoreBytes) break;
            var op = ops + 1 + count++;
            *op = default;
            op->Ip = (uint)instruction.IP;
            op->NextIp = (uint)instruction.NextIP;
            if ((mode & Core.CodeBig) == 0) op->NextIp &= 0xFFFF;
            if (decoder.LastError != DecoderError.None || instruction.Length > InstructionBytesMax)
            {
                op->Run = &Chain.Enter;
                op->Other = (Op*)(Handler)(&Invalid);
                ended = true;
                break;
            }
            ended = OpTable.Bind(instruction, op, mode);
            if (ended && count > 1) FusedOps.TryFuse(before, op - 1, mode);
            before = instruction;
        }
        if (count == 0) return 0;
        var head = ops;
        *head = default;
        head->Run = &CountDown;
        head->Ip = ops[1].Ip;
        head->Left = (ushort)count;
        for (var i = 0; i < count; i++) ops[1 + i].Left = (ushort)(count - i);
        // Behind a jump as well: some handlers that end a block go on in it when nothing came of them.
        var last = ops + 1 + count;
        *last = default;
        last->Run = &Continue;
        last->Ip = last->NextIp = ops[count].NextIp;
        return count + 2;
    }

    [MethodImpl(Chain.Hot)]
    static Op* CountDown(Core c, CpuState* s, Op* o)
    {
        s->Countdown -= o->Left;
        if (s->Countdown >= 0) return Chain.Next(c, s, o);
        // Too long for what is left of the slice: the engine runs a shorter piece.
        s->Countdown += o->Left;
        s->Ip = o->Ip;
        return null;
    }

    [MethodImpl(Chain.Hot)]
    static Op* Continue(Core c, CpuState* s, Op* o) => Core.Go(s, o->NextIp);

    static Op* Invalid(Core c, CpuState* s, Op* o) => throw new GuestFault(GuestFault.InvalidOpcode);

    /// <summary>What the head of a block does once its page has changed: leave, to be decoded again.</summary>
    internal static Op* StaleHead(Core c, CpuState* s, Op* o)
    {
        s->Ip = o->Ip;
        c.ForgetJump(o->Ip);
        return null;
    }

    /// <summary>Likewise inside a block: gives back what has not run.</summary>
    internal static Op* Stale(Core c, CpuState* s, Op* o)
    {
        s->Countdown += o->Left;
        s->Ip = o->Ip;
        return null;
    }

    sealed class ByteSource : CodeReader
    {
        byte* _next, _end;

        internal void Set(byte* code, int available)
        {
            _next = code;
            _end = code + available;
        }

        public override int ReadByte() => _next < _end ? *_next++ : -1;
    }
}
