using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace RemoteChain.Gateway.Workers;

/// <summary>
/// A seccomp filter for workers, as the classic BPF program that bubblewrap loads (seccomp(2), linux/filter.h). It refuses what neither
/// the runtime nor FreeRDP needs and what kernel exploits like most: tracing, new namespaces, mounts, BPF, io_uring, keyrings, and
/// every socket but a local one.
/// </summary>
internal static class SystemCallFilter
{
    private const uint ArchitectureX64 = 0xC000003E;
    private const uint Allow = 0x7FFF0000;
    private const uint KillProcess = 0x80000000;
    private const uint RefuseNotPermitted = 0x00050000 | 1; // EPERM
    private const uint RefuseNotThere = 0x00050000 | 38; // ENOSYS: the C library falls back to clone, whose flags can be looked at

    private const uint NumberOffset = 0, ArchitectureOffset = 4, FirstArgumentOffset = 16;
    private const uint FirstForeignNumber = 0x40000000; // the x32 ABI, a second way to every call
    private const uint Socket = 41, Clone = 56, Clone3 = 435;
    private const uint LocalAddressFamily = 1;
    private const uint NamespaceFlags = 0x7E020000; // CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID, NEWNET

    // x86-64 numbers, asm/unistd_64.h.
    private static readonly uint[] s_refused =
    [
        101, 310, 311, 312, // ptrace, process_vm_readv, process_vm_writev, kcmp
        155, 161, 165, 166, 167, 168, // pivot_root, chroot, mount, umount2, swapon, swapoff
        169, 172, 173, 175, 176, 246, 313, 320, // reboot, iopl, ioperm, init_module, delete_module, kexec_load, finit_module, kexec_file_load
        248, 249, 250, // add_key, request_key, keyctl
        272, 308, // unshare, setns
        90, 91, 268, 452, // chmod, fchmod, fchmodat, fchmodat2: a surface's mode keeps a front from opening it for writing
        298, 321, 323, // perf_event_open, bpf, userfaultfd
        425, 426, 427, // io_uring_setup, io_uring_enter, io_uring_register
        428, 429, 430, 431, 432, 433, 442, // open_tree, move_mount, fsopen, fsconfig, fsmount, fspick, mount_setattr
        159, 227, 305, 164, 170, 171, // adjtimex, clock_settime, clock_adjtime, settimeofday, sethostname, setdomainname
    ];

    /// <summary>The program's bytes; null on a processor it was not written for, where the other walls must do.</summary>
    public static byte[]? Program()
    {
        if (RuntimeInformation.ProcessArchitecture != Architecture.X64)
        {
            return null;
        }

        var program = new List<(ushort Code, byte True, byte False, uint Value)>
        {
            Load(ArchitectureOffset),
            SkipIfEqual(ArchitectureX64, 1),
            Return(KillProcess),
            Load(NumberOffset),
            (0x35, 0, 1, FirstForeignNumber), // jump if greater or equal
            Return(KillProcess),
        };
        foreach (uint number in s_refused)
        {
            program.Add((0x15, 0, 1, number));
            program.Add(Return(RefuseNotPermitted));
        }

        program.AddRange([
            (0x15, 0, 1, Clone3), Return(RefuseNotThere),
            (0x15, 0, 4, Clone), Load(FirstArgumentOffset), (0x45, 0, 1, NamespaceFlags), Return(RefuseNotPermitted), Return(Allow),
            (0x15, 0, 3, Socket), Load(FirstArgumentOffset), SkipIfEqual(LocalAddressFamily, 1), Return(RefuseNotPermitted),
            Return(Allow),
        ]);
        byte[] bytes = new byte[program.Count * 8];
        for (int i = 0; i < program.Count; i++)
        {
            var (code, whenTrue, whenFalse, value) = program[i];
            var at = bytes.AsSpan(i * 8);
            BinaryPrimitives.WriteUInt16LittleEndian(at, code);
            at[2] = whenTrue;
            at[3] = whenFalse;
            BinaryPrimitives.WriteUInt32LittleEndian(at[4..], value);
        }

        return bytes;
    }

    private static (ushort, byte, byte, uint) Load(uint offset) => (0x20, 0, 0, offset);

    private static (ushort, byte, byte, uint) SkipIfEqual(uint value, byte instructions) => (0x15, instructions, 0, value);

    private static (ushort, byte, byte, uint) Return(uint value) => (0x06, 0, 0, value);
}
