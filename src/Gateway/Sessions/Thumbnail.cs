using System.Buffers;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Sessions;

/// <summary>A session's picture made small, for lists.</summary>
internal static class Thumbnail
{
    /// <summary>The longest side in pixels is at most about this.</summary>
    private const int WidthMax = 400;

    private const int StallMillis = 50;

    /// <summary>Reads the surface as it is now and gives a PNG file; null when there is no picture or its session ends just now.</summary>
    public static byte[]? Of(DescriptorHandle surface)
    {
        bool held = false;
        try
        {
            surface.DangerousAddRef(ref held);
            using var readOnly = SurfaceFile.OpenReadOnly(surface);
            if (!SurfaceReader.TryOpen(readOnly, out var reader, StallMillis))
            {
                return null;
            }

            using (reader)
            {
                return Read(reader);
            }
        }
        catch (Exception gone) when (gone is ObjectDisposedException or IOException)
        {
            return null;
        }
        finally
        {
            if (held)
            {
                surface.DangerousRelease();
            }
        }
    }

    // In bands as high as one row of the result, so that no copy of the whole picture is made.
    private static byte[]? Read(SurfaceReader reader)
    {
        if (reader.ReadGeometry(out var geometry) != SurfaceRead.Copied)
        {
            return null;
        }

        int step = Math.Max(1, (geometry.Width + WidthMax - 1) / WidthMax);
        int width = geometry.Width / step, height = geometry.Height / step;
        if (width == 0 || height == 0)
        {
            return null;
        }

        int stride = geometry.Width * SurfaceFile.BytesPerPixel;
        byte[] band = ArrayPool<byte>.Shared.Rent(stride * step);
        byte[] pixels = new byte[width * height * PngPicture.BytesPerPixel];
        try
        {
            for (int row = 0; row < height; row++)
            {
                if (reader.CopyRectangle(geometry, new SurfaceRectangle(0, row * step, geometry.Width, step), band, stride) != SurfaceRead.Copied)
                {
                    return null;
                }

                Average(band, stride, step, pixels.AsSpan(row * width * PngPicture.BytesPerPixel, width * PngPicture.BytesPerPixel));
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(band);
        }

        return PngPicture.Write(pixels, width, height);
    }

    private static void Average(ReadOnlySpan<byte> band, int stride, int step, Span<byte> row)
    {
        int count = step * step;
        for (int x = 0; x * PngPicture.BytesPerPixel < row.Length; x++)
        {
            int blue = 0, green = 0, red = 0;
            for (int y = 0; y < step; y++)
            {
                var line = band.Slice((y * stride) + (x * step * SurfaceFile.BytesPerPixel), step * SurfaceFile.BytesPerPixel);
                for (int at = 0; at < line.Length; at += SurfaceFile.BytesPerPixel)
                {
                    (blue, green, red) = (blue + line[at], green + line[at + 1], red + line[at + 2]);
                }
            }

            var pixel = row.Slice(x * PngPicture.BytesPerPixel, PngPicture.BytesPerPixel);
            (pixel[0], pixel[1], pixel[2]) = ((byte)(red / count), (byte)(green / count), (byte)(blue / count));
        }
    }
}
