using System.Runtime.CompilerServices;

namespace RemoteChain.Emulator.Ops;

/// <summary>A width of operands. Semantics are written once over it; values are zero-extended to 64 bits everywhere.</summary>
// SAFETY: a pointer is to that many readable or writable bytes.
unsafe interface IWidth
{
    static abstract int Bytes { get; }

    static abstract ulong Load(byte* from);

    static abstract void Store(byte* to, ulong value);

    /// <summary>Extends with the sign to 64 bits.</summary>
    static abstract ulong Extend(ulong value);

    /// <summary>Cuts to this width.</summary>
    static abstract ulong Cut(ulong value);

    /// <summary>Carries out of every bit of a sum, turned into the form of <see cref="CpuState.FlagCarries"/>.</summary>
    static abstract uint Carries(ulong carries);
}

unsafe struct W8 : IWidth
{
    // SAFETY: as the interface says.
    public static int Bytes => 1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(byte* from) => *from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, ulong value) => *to = (byte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(ulong value) => (ulong)(sbyte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Cut(ulong value) => (byte)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Carries(ulong carries) => (((uint)carries << 24) & 0xC000_0000) | ((uint)carries & 8);
}

unsafe struct W16 : IWidth
{
    // SAFETY: as the interface says.
    public static int Bytes => 2;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(byte* from) => *(ushort*)from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, ulong value) => *(ushort*)to = (ushort)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(ulong value) => (ulong)(short)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Cut(ulong value) => (ushort)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Carries(ulong carries) => (((uint)carries << 16) & 0xC000_0000) | ((uint)carries & 8);
}

unsafe struct W32 : IWidth
{
    // SAFETY: as the interface says.
    public static int Bytes => 4;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Load(byte* from) => *(uint*)from;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Store(byte* to, ulong value) => *(uint*)to = (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Extend(ulong value) => (ulong)(int)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static ulong Cut(ulong value) => (uint)value;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static uint Carries(ulong carries) => (uint)carries & 0xC000_0008;
}
