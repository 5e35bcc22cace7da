using System.ComponentModel;
using System.Diagnostics;
using System.IO.MemoryMappedFiles;
using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>The oracle: a small process, compiled where the tests run, that executes i386 code on the processor under us. Cases go through a
/// shared file, one word over a pipe starts a batch, one byte says that it is done.</summary>
sealed unsafe class HostProcess : IDisposable
{
    internal const int CasesMax = 1024;
    const int Page = 4096, SlotsAt = Page;

    static readonly Lazy<string?> s_missing = new(TryStart);

    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("remotechain-cases-");
    readonly MemoryMappedFile _file;
    readonly MemoryMappedViewAccessor _view;
    readonly Process _process;
    readonly byte* _start;

    // SAFETY: the view stays mapped as long as this lives, and has room for the descriptors and all slots.
    internal HostProcess([CallerFilePath] string here = "")
    {
        var program = Path.Combine(_folder.FullName, "processor");
        Compile(Path.Combine(Path.GetDirectoryName(here)!, "processor.cpp"), program);
        var shared = Path.Combine(_folder.FullName, "cases");
        long bytes = (SlotsAt + CasesMax * sizeof(CaseSlot) + Page - 1) / Page * Page;
        _file = MemoryMappedFile.CreateFromFile(shared, FileMode.CreateNew, null, bytes);
        _view = _file.CreateViewAccessor();
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
        WriteDescriptors();
        // Its third descriptor is the file; the shell opens it and becomes the process.
        ProcessStartInfo start = new("/bin/sh") { RedirectStandardInput = true, RedirectStandardOutput = true };
        foreach (var word in (string[])["-c", "exec 3<>\"$1\"; exec \"$2\"", "sh", shared, program]) start.ArgumentList.Add(word);
        _process = Process.Start(start)!;
        Wait();
    }

    /// <summary>Why this host is no oracle; null when it is one. Tried once.</summary>
    internal static string? Missing => s_missing.Value;

    /// <summary>One of the slots of a batch.</summary>
    internal CaseSlot* Slot(int n) => (CaseSlot*)(_start + SlotsAt) + n;

    /// <summary>Executes the first so many slots.</summary>
    internal void Run(int count)
    {
        Span<byte> word = stackalloc byte[4];
        BitConverter.TryWriteBytes(word, count);
        _process.StandardInput.BaseStream.Write(word);
        _process.StandardInput.BaseStream.Flush();
        Wait();
    }

    void Wait()
    {
        if (_process.StandardOutput.BaseStream.ReadByte() != 'x')
        {
            _process.WaitForExit();
            throw new InvalidOperationException($"the process for cases ended with {_process.ExitCode}: a kernel without modify_ldt makes no segments for it");
        }
    }

    void WriteDescriptors()
    {
        var to = (uint*)_start;
        for (var n = 0; n < CaseLayout.Local.Length; n++)
        {
            var (start, limit, bits) = CaseLayout.Local[n];
            (*to++, *to++, *to++, *to++) = ((uint)n, start, limit, bits);
        }
        *to = uint.MaxValue;
    }

    static string? TryStart()
    {
        try
        {
            using HostProcess host = new();
            return host.WhyItEntersNoCase();
        }
        catch (Exception e) when (e is InvalidOperationException or Win32Exception)
        {
            return e.Message;
        }
    }

    // Some kernels of virtual machines let no program into a 32-bit code segment, neither the flat one nor one of its own: the far jump into a case
    // ends in a fault, where it stands.
    string? WhyItEntersNoCase()
    {
        new CaseGenerator(0).Make(Slot(0));
        Run(1);
        return Slot(0)->Ip is < CaseLayout.Program or >= CaseLayout.ProgramEnd ? null
            : $"this host lets no program into a 32-bit code segment (trap {Slot(0)->Trap}, code {Slot(0)->Error:x})";
    }

    static void Compile(string source, string program)
    {
        ProcessStartInfo start = new("g++") { RedirectStandardError = true };
        foreach (var word in (string[])["-O1", "-nostdlib", "-static", "-ffreestanding", "-fno-pic", "-no-pie", "-mcmodel=small", "-mno-red-zone",
            "-fno-stack-protector", "-fno-asynchronous-unwind-tables", "-mgeneral-regs-only", $"-Wl,-Ttext-segment=0x{CaseLayout.Program:x}", "-o", program, source]) start.ArgumentList.Add(word);
        using var compiler = Process.Start(start)!;
        var said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0) throw new InvalidOperationException($"g++ does not compile {source}:\n{said}");
    }

    public void Dispose()
    {
        _process.StandardInput.Close();
        _process.WaitForExit();
        _process.Dispose();
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        _folder.Delete(recursive: true);
    }
}
