namespace RemoteChain.Emulator.Devices.Video;

/// <summary>Turns rows of video memory into BGRX32.</summary>
static class PixelFormat
{
    /// <summary>Converts one row.</summary>
    /// <param name="depth">Bits of a source pixel: 8, 15, 16, 24 or 32.</param>
    /// <param name="from">The row in video memory, long enough.</param>
    /// <param name="palette">256 colours, for 8 bits.</param>
    /// <param name="to">One element a pixel.</param>
    internal static void Convert(int depth, ReadOnlySpan<byte> from, ReadOnlySpan<uint> palette, Span<uint> to)
    {
        switch (depth)
        {
            case 8:
                for (var x = 0; x < to.Length; x++) to[x] = palette[from[x]];
                break;
            case 15:
                for (var x = 0; x < to.Length; x++)
                {
                    var pixel = (uint)(from[2 * x] | (from[2 * x + 1] << 8));
                    to[x] = (Wide5(pixel >> 10) << 16) | (Wide5(pixel >> 5) << 8) | Wide5(pixel);
                }
                break;
            case 16:
                for (var x = 0; x < to.Length; x++)
                {
                    var pixel = (uint)(from[2 * x] | (from[2 * x + 1] << 8));
                    var green = (pixel >> 5) & 0x3F;
                    to[x] = (Wide5(pixel >> 11) << 16) | (((green << 2) | (green >> 4)) << 8) | Wide5(pixel);
                }
                break;
            case 24:
                for (var x = 0; x < to.Length; x++) to[x] = (uint)(from[3 * x] | (from[3 * x + 1] << 8) | (from[3 * x + 2] << 16));
                break;
            default:
                System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(from)[..to.Length].CopyTo(to);
                break;
        }
    }

    static uint Wide5(uint value) => ((value & 31) << 3) | ((value & 31) >> 2);
}
