using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Cpu;

/// <summary>How operations follow each other. A chained handler ends by calling the next one, which the compiler turns into a jump, so that every
/// handler has a branch of its own for the host to predict; the engine sees whole blocks. Where the compiler does not (a debug build), a block of at
/// most <see cref="BlockDecoder.InstructionsMax"/> calls is as deep as it gets.</summary>
// SAFETY: every block ends with an operation that does not call the next one (a jump, Continue, Stale), so o + 1 always exists here.
static unsafe class Chain
{
    /// <summary>Handlers are compiled once and well: waiting for the second compilation costs a guest its first minute.</summary>
    internal const MethodImplOptions Hot = MethodImplOptions.AggressiveOptimization;

    /// <summary>The code behind a handler's address. The runtime hands out stubs that jump to it; once the handler is compiled, which this one is for good, the jump
    /// can be saved. Whatever does not look like such a stub is used as it is.</summary>
    internal static Handler Direct(Handler handler)
    {
        // SAFETY: reads the six bytes of code that the address leads to, and the cell that a stub names.
        var code = (byte*)handler;
        const ushort jumpThroughCell = 0x25FF;
        if (*(ushort*)code != jumpThroughCell) return handler;
        var target = *(byte**)(code + 6 + *(int*)(code + 2));
        // Before it is compiled, the cell leads into the stub itself.
        return target >= code && target < code + 32 ? handler : (Handler)target;
    }

    /// <summary>Goes on with the next operation of the block.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    internal static Op* Next(Core c, CpuState* s, Op* o) => o[1].Run(c, s, o + 1);

    /// <summary>Runs a handler that returns what comes next, and says where a fault would be.</summary>
    [MethodImpl(Hot)]
    internal static Op* Enter(Core c, CpuState* s, Op* o)
    {
        s->At = o;
        var next = ((Handler)(void*)o->Other)(c, s, o);
        return next == o + 1 ? next->Run(c, s, next) : next;
    }
}
