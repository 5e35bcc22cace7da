using System.Diagnostics;
using System.Globalization;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>Compiles the programs into a folder that goes away with this.</summary>
internal sealed class KernelFolder : IDisposable
{
    private const int FloppyBytes = 1440 << 10;

    private static readonly string s_sources = Path.Combine(Repository.Root, "tests", "Benchmarks", "Machines");

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("remotechain-kernels-");

    /// <summary>One program of kernels.cpp by its number there.</summary>
    public Kernel Compile(int number, string name, int rounds)
    {
        string program = Path.Combine(_folder.FullName, name), empty = Path.Combine(_folder.FullName, "empty.img"), native = Path.Combine(_folder.FullName, "native");
        if (!File.Exists(empty))
        {
            Disk(0, 1, empty);
            Compile(["-O1", "-static", "-no-pie", "-fno-pic", "-Wl,-Ttext-segment=0x70000000", "-o", native, Path.Combine(s_sources, "native.cpp")]);
        }

        Compile(number, rounds, program, ["-DNATIVE", Script("native.ld")]);
        Disk(number, rounds, program + ".img");
        return new Kernel(name, _folder.FullName, [native, program], program + ".img", empty);
    }

    private static void Disk(int number, int rounds, string path)
    {
        Compile(number, rounds, path, [Script("kernels.ld")]);
        using var file = File.OpenWrite(path);
        file.SetLength(FloppyBytes);
    }

    private static void Compile(int number, int rounds, string output, string[] more)
    {
        // Only one program is about vectors; the others run where there are none.
        string[] unit = number == 10 ? ["-msse2", "-mfpmath=sse"] : ["-mfpmath=387"];
        Compile(["-m32", "-march=i686", .. unit, "-O2", "-nostdlib", "-static", "-ffreestanding", "-fno-pic", "-no-pie", "-fno-stack-protector",
            "-fno-asynchronous-unwind-tables", "-fno-tree-loop-distribute-patterns", string.Create(CultureInfo.InvariantCulture, $"-DKERNEL={number}"),
            string.Create(CultureInfo.InvariantCulture, $"-DROUNDS={rounds}"), .. more, "-o", output, Path.Combine(s_sources, "kernels.cpp")]);
    }

    private static string Script(string name) => $"-Wl,-T,{Path.Combine(s_sources, name)}";

    private static void Compile(string[] words)
    {
        ProcessStartInfo start = new("g++") { RedirectStandardError = true };
        foreach (string word in words)
        {
            start.ArgumentList.Add(word);
        }

        using var compiler = Process.Start(start)!;
        string said = compiler.StandardError.ReadToEnd();
        compiler.WaitForExit();
        if (compiler.ExitCode != 0)
        {
            throw new InvalidOperationException($"g++ does not compile {words[^1]}:\n{said}");
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
