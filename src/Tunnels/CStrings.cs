using System.Runtime.InteropServices;

namespace RemoteChain.Tunnels;

/// <summary>A list of strings as C has it: pointers to texts that end with NUL, and a null pointer.</summary>
sealed unsafe class CStrings : IDisposable
{
    readonly int _count;

    internal CStrings(IReadOnlyList<string> texts)
    {
        _count = texts.Count;
        // SAFETY: there is one pointer for each text and one more; each is freed once, in Dispose.
        First = (byte**)NativeMemory.AllocZeroed((nuint)(_count + 1), (nuint)sizeof(byte*));
        for (var i = 0; i < _count; i++) First[i] = (byte*)Marshal.StringToCoTaskMemUTF8(texts[i]);
    }

    /// <summary>The list.</summary>
    internal byte** First { get; }

    public void Dispose()
    {
        for (var i = 0; i < _count; i++) Marshal.FreeCoTaskMem((nint)First[i]);
        NativeMemory.Free(First);
    }
}
