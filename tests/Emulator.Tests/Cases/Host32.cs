using System.ComponentModel;
using System.Diagnostics;

namespace RemoteChain.Emulator.Tests.Cases;

/// <summary>Whether this host is an oracle for i386 code: kernels of virtual machines may have no 32-bit programs, whatever their processor can.</summary>
static class Host32
{
    /// <summary>One program header that loads the whole file, and five words of code: exit(0) (System V ABI, chapter 4; Intel386 supplement).</summary>
    const string SmallestProgram =
        "7F454C46010101000000000000000000" + "0200030001000000" + "54800408" + "34000000" + "0000000000000000" + "3400" + "2000" + "0100" + "000000000000"
        + "01000000" + "00000000" + "00800408" + "00800408" + "5D000000" + "5D000000" + "05000000" + "00100000"
        + "B801000000" + "31DB" + "CD80";

    /// <summary>Tried once.</summary>
    internal static bool RunsPrograms { get; } = Try();

    static bool Try()
    {
        var folder = Directory.CreateTempSubdirectory("remotechain-host32-");
        try
        {
            var program = Path.Combine(folder.FullName, "exits");
            File.WriteAllBytes(program, Convert.FromHexString(SmallestProgram));
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserExecute);
            using var process = Process.Start(program);
            process.WaitForExit();
            return process.ExitCode == 0;
        }
        catch (Win32Exception)
        {
            return false;
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }
}
