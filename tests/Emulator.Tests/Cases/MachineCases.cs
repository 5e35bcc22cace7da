using System.Runtime.InteropServices;
using Iced.Intel;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>Runs cases on both sides and collects what differs.</summary>
sealed unsafe class MachineCases : IDisposable
{
    /// <summary>Differences that are kept in words.</summary>
    internal const int DifferencesMax = 200;

    readonly HostProcess _host = new();
    readonly GuestProcess _guest = new();
    readonly CaseGenerator _generator;

    // SAFETY: room for one batch of starting points, and as many instructions; freed in Dispose.
    readonly CaseSlot* _starts = (CaseSlot*)NativeMemory.AlignedAlloc((nuint)(HostProcess.CasesMax * sizeof(CaseSlot)), 64);
    readonly CaseSlot* _mine = (CaseSlot*)NativeMemory.AlignedAlloc((nuint)sizeof(CaseSlot), 64);
    readonly Instruction[] _instructions = new Instruction[HostProcess.CasesMax];

    internal MachineCases(int seed) => _generator = new(seed);

    /// <summary>Cases done.</summary>
    internal long Done { get; private set; }

    /// <summary>Of them, those that ended in a fault.</summary>
    internal long Faulted { get; private set; }

    /// <summary>Cases that differ.</summary>
    internal long Different { get; private set; }

    /// <summary>How many cases each mnemonic had, and how many of them differ.</summary>
    internal SortedDictionary<string, (long Cases, long Different)> Mnemonics { get; } = new(StringComparer.Ordinal);

    /// <summary>The first differences, in words.</summary>
    internal List<string> Differences { get; } = [];

    /// <summary>Runs at least so many more cases.</summary>
    internal void Run(long cases)
    {
        for (var end = Done + cases; Done < end;) RunBatch((int)Math.Min(end - Done, HostProcess.CasesMax));
    }

    void RunBatch(int count)
    {
        for (var n = 0; n < count; n++)
        {
            _generator.Make(_starts + n);
            _instructions[n] = _generator.Instruction;
            *_host.Slot(n) = _starts[n];
        }
        _host.Run(count);
        _guest.ClearWindow();
        var drifted = false;
        for (var n = 0; n < count; n++)
        {
            *_mine = _starts[n];
            var ended = _guest.Run(_mine);
            Done++;
            if (_host.Slot(n)->Trap != 3) Faulted++;
            var difference = ended ? CaseComparison.Difference(_instructions[n], _starts + n, _host.Slot(n), _mine, drifted) : "never ends";
            // What a fault left half done outside of a case's own parts stays until the batch ends.
            drifted |= _host.Slot(n)->Change != _mine->Change;
            Count(_instructions[n], difference, _starts + n);
        }
    }

    void Count(in Instruction i, string? difference, CaseSlot* start)
    {
        var name = i.Mnemonic.ToString();
        var (cases, different) = Mnemonics.GetValueOrDefault(name);
        Mnemonics[name] = (cases + 1, different + (difference != null ? 1 : 0));
        if (difference == null) return;
        Different++;
        // A few of each kind say more than many of one.
        if (different < 6) Keep($"{Show(i, start)}: {difference}");
    }

    void Keep(string text)
    {
        if (Differences.Count < DifferencesMax) Differences.Add(text);
    }

    static string Show(in Instruction i, CaseSlot* s) =>
        $"{i} [{Convert.ToHexString(new ReadOnlySpan<byte>(s->Code, (int)s->CodeBytes))}] at {s->Ip:x}, {s->Gpr[0]:x} {s->Gpr[1]:x} {s->Gpr[2]:x} {s->Gpr[3]:x} "
        + $"{s->Gpr[4]:x} {s->Gpr[5]:x} {s->Gpr[6]:x} {s->Gpr[7]:x} flags {s->Flags:x} segments {s->Es:x} {s->Cs:x} {s->Ss:x} {s->Ds:x} {s->Fs:x} {s->Gs:x}";

    public void Dispose()
    {
        _host.Dispose();
        _guest.Dispose();
        NativeMemory.AlignedFree(_starts);
        NativeMemory.AlignedFree(_mine);
    }
}
