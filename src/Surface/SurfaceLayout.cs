using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace RemoteChain.Surface;

/// <summary>Offsets inside a surface's memory file. They are constants of this version (part of the magic), never read from the
/// file.</summary>
static class SurfaceLayout
{
    /// <summary>"RCSURF" and the version of this layout.</summary>
    internal const ulong Magic = 0x0001_4652_5553_4352;

    // Each guarded group has a cache line of its own, so that the pointer's moves do not slow down readers of pixels.
    internal const int GeometrySequence = 64, Width = 68, Height = 72, Stride = 76, Generation = 80;
    internal const int DamageHead = 128;
    internal const int PointerSequence = 192, PointerKind = 196, PointerSerial = 200, PointerWidth = 204, PointerHeight = 208,
        PointerHotspotX = 212, PointerHotspotY = 216;
    internal const int PointerPosition = 256;

    /// <summary>One 64-bit sequence counter per band of rows, odd while the writer is inside: a reader of other rows is not
    /// disturbed.</summary>
    internal const int BandCounters = 1024;
    internal const int BandRows = 64;
    internal const int Bands = SurfaceFile.SideMax / BandRows;

    internal const int DamageRing = 4096;
    internal const int DamageEntries = 1024;
    internal const int PointerBitmap = DamageRing + DamageEntries * 64;
    internal const int Pixels = PointerBitmap + RemoteChain.Surface.PointerShape.BitmapBytesMax;

    /// <summary>A surface for a single pixel row still has this much.</summary>
    internal const long LengthMin = Pixels + 4096;

    internal static bool IsPossible(in SurfaceGeometry geometry, long fileBytes) =>
        geometry.Width is >= 1 and <= SurfaceFile.SideMax && geometry.Height is >= 1 and <= SurfaceFile.SideMax
        && geometry.StrideBytes == SurfaceGeometry.StrideOf(geometry.Width)
        && (long)geometry.StrideBytes * geometry.Height <= fileBytes - Pixels;
}

/// <summary>A damage entry as it lies in the ring: 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
struct DamageSlot
{
    internal ulong Sequence;
    internal int X, Y, Width, Height;
    internal uint Generation;
    internal uint Reserved;
    internal ulong LastInputId;
    internal long ReceivedNanos, DecodedNanos, PublishedNanos;
}

/// <summary>An input entry as it lies in the ring: 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
struct InputSlot
{
    internal ulong Id;
    internal ushort Kind, Flags;
    internal int A, B, C;
    internal long ReceivedNanos, PublishedNanos;
    // Written by the desktop worker when it has passed the input on; 0 before, and for what it did not pass on.
    internal long TakenNanos, SentNanos;
    // Written by an emulated machine when its guest has read the input: nanoseconds since SentNanos; 0 = not known.
    internal uint InterruptNanos, ReadNanos;
}

/// <summary>Offsets inside an input ring's memory file.</summary>
static class InputLayout
{
    /// <summary>"RCINPT" and the version of this layout.</summary>
    internal const ulong Magic = 0x0003_5450_4E49_4352;

    // A cache line each: Head and InputComing are the front's to write, Tail and PictureComing the desktop's.
    internal const int Head = 64, Tail = 128, InputComing = 192, PictureComing = 256, Ring = 4096;

    internal static readonly int Length = Ring + InputRingWriter.Capacity * Unsafe.SizeOf<InputSlot>();

    /// <summary>The place of an event: its id counts from 1 in the low 48 bits.</summary>
    internal static int SlotOf(ulong id) => Ring + (int)(((id & 0xFFFF_FFFF_FFFF) - 1) % InputRingWriter.Capacity) * Unsafe.SizeOf<InputSlot>();
}

/// <summary>A sent picture as it lies in the ring: 64 bytes.</summary>
[StructLayout(LayoutKind.Sequential)]
struct FrameSlot
{
    internal ulong Sequence;
    internal ulong LastDamage;
    internal long TakenNanos, SentNanos, AcknowledgedNanos;
    internal ulong Reserved1, Reserved2, Reserved3;
}

/// <summary>Offsets inside a frame ring's memory file.</summary>
static class FrameLayout
{
    /// <summary>"RCFRAM" and the version of this layout.</summary>
    internal const ulong Magic = 0x0001_4D41_5246_4352;

    internal const int Head = 64, Ring = 4096;

    /// <summary>Stands where the acknowledgement's time will be.</summary>
    internal const long AcknowledgementAwaited = -1;

    internal static readonly int Length = Ring + FrameRingWriter.Capacity * Unsafe.SizeOf<FrameSlot>();
}
