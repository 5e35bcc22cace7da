using System.Runtime.InteropServices;
using RemoteChain.Surface.Native;

namespace RemoteChain.Surface;

/// <summary>
/// A program that is started with exactly the descriptors and the environment that it is given, which the framework's own process class
/// cannot do (it knows pipes only). It leads a process group of its own; killing it kills the group.
/// </summary>
public sealed unsafe class ChildProcess
{
    // Above every number that a program is given, so that no copy is overwritten by another before its turn.
    const int CopiesFrom = 64;

    readonly Lock _gate = new();
    bool _reaped;

    ChildProcess(int processId) => ProcessId = processId;

    /// <summary>Its number; somebody else's once <see cref="TryReap"/> was true.</summary>
    public int ProcessId { get; }

    /// <summary>How it ended, as <c>wait(2)</c> tells; meaningless before <see cref="TryReap"/> was true.</summary>
    public int Status { get; private set; }

    /// <summary>Starts a program.</summary>
    /// <param name="file">Path, or a name to look for in PATH.</param>
    /// <param name="arguments">Its arguments, without its own name.</param>
    /// <param name="environment">Its whole environment.</param>
    /// <param name="descriptors">What it finds as descriptors 0, 1, 2, ...; it has no others. They stay the caller's.</param>
    /// <exception cref="IOException">It cannot be started.</exception>
    public static ChildProcess Start(
        string file, IReadOnlyList<string> arguments, IReadOnlyDictionary<string, string> environment, params ReadOnlySpan<DescriptorHandle> descriptors)
    {
        var copies = new DescriptorHandle[descriptors.Length];
        using var argv = new StringVector([file, .. arguments]);
        using var envp = new StringVector([.. environment.Select(pair => $"{pair.Key}={pair.Value}")]);
        void* actions = NativeMemory.AllocZeroed(Spawn.StructBytes), attributes = NativeMemory.AllocZeroed(Spawn.StructBytes);
        var signals = stackalloc byte[Spawn.StructBytes];
        try
        {
            // SAFETY: the three structs have more room than the C library's, are initialised by it before use, and live until after the call.
            Check(Spawn.posix_spawn_file_actions_init(actions));
            Check(Spawn.posix_spawnattr_init(attributes));
            Check(Spawn.posix_spawnattr_setflags(
                attributes, Spawn.POSIX_SPAWN_SETPGROUP | Spawn.POSIX_SPAWN_SETSIGDEF | Spawn.POSIX_SPAWN_SETSIGMASK));
            // The runtime ignores SIGPIPE and blocks others on some threads; both would be inherited.
            _ = Spawn.sigfillset(signals);
            Check(Spawn.posix_spawnattr_setsigdefault(attributes, signals));
            _ = Spawn.sigemptyset(signals);
            Check(Spawn.posix_spawnattr_setsigmask(attributes, signals));
            for (var i = 0; i < descriptors.Length; i++)
            {
                copies[i] = new(Fcntl.DuplicateCloseOnExec(descriptors[i].Descriptor, CopiesFrom));
                Check(Spawn.posix_spawn_file_actions_adddup2(actions, copies[i].Descriptor, i));
            }
            int processId;
            Check(Spawn.posix_spawnp(&processId, file, actions, attributes, argv.Pointer, envp.Pointer));
            return new(processId);
        }
        finally
        {
            _ = Spawn.posix_spawn_file_actions_destroy(actions);
            _ = Spawn.posix_spawnattr_destroy(attributes);
            NativeMemory.Free(actions);
            NativeMemory.Free(attributes);
            foreach (var copy in copies) copy?.Dispose();
        }

        void Check(int error)
        {
            if (error != 0) throw new IOException($"{file} cannot be started: {Marshal.GetPInvokeErrorMessage(error)} ({error})");
        }
    }

    /// <summary>Ends it and its group at once. Nothing happens to one that was reaped.</summary>
    public void Kill()
    {
        lock (_gate)
        {
            // Not reaped, so the number is still its own.
            if (!_reaped) _ = Spawn.kill(-ProcessId, Spawn.SIGKILL);
        }
    }

    /// <summary>True when it has ended; its number is free from then on.</summary>
    public bool TryReap()
    {
        lock (_gate)
        {
            int status = 0;
            // SAFETY: the kernel fills in one local integer.
            if (!_reaped && Spawn.waitpid(ProcessId, &status, Spawn.WNOHANG) is var found && found != 0)
            {
                _reaped = found == ProcessId || Errno.Number == Spawn.ECHILD;
                Status = status;
            }

            return _reaped;
        }
    }

    /// <summary>A null-terminated array of C strings.</summary>
    sealed class StringVector : IDisposable
    {
        readonly int _count;

        public StringVector(string[] texts)
        {
            _count = texts.Length;
            Pointer = (byte**)NativeMemory.AllocZeroed((nuint)(texts.Length + 1), (nuint)sizeof(byte*));
            // SAFETY: one slot more than there are texts, and that one stays null.
            for (var i = 0; i < texts.Length; i++) Pointer[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
        }

        public byte** Pointer { get; }

        public void Dispose()
        {
            // SAFETY: every slot was filled by the constructor and is freed once.
            for (var i = 0; i < _count; i++) Marshal.FreeCoTaskMem((nint)Pointer[i]);
            NativeMemory.Free(Pointer);
        }
    }
}
