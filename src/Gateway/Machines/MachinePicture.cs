using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>What a machine shows right now, as an image file.</summary>
public sealed class MachinePicture(MachineRoom room)
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    /// <summary>Takes one; null when the machine does not run or shows nothing in time.</summary>
    public async Task<byte[]?> TakeAsync(string name, CancellationToken cancellationToken)
    {
        using var surface = SurfaceFile.Create();
        using var bell = Bell.Create();
        if (room.OpenScreen(name, surface, bell.Handle) is not { } screen)
        {
            return null;
        }

        await using (screen)
        {
            using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            patience.CancelAfter(s_patience);
            try
            {
                while (await screen.ReceiveAsync(patience.Token) is { } message)
                {
                    using (message)
                    {
                        if (message is FirstPicture)
                        {
                            return Read(surface);
                        }
                    }
                }
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                // It shows nothing.
            }

            return null;
        }
    }

    private static byte[]? Read(DescriptorHandle surface)
    {
        if (!SurfaceReader.TryOpen(surface, out var reader))
        {
            return null;
        }

        using (reader)
        {
            if (reader.ReadGeometry(out var geometry) != SurfaceRead.Copied || !geometry.IsSet)
            {
                return null;
            }

            byte[] pixels = new byte[geometry.Width * geometry.Height * SurfaceFile.BytesPerPixel];
            return reader.CopyRectangle(geometry, geometry.Bounds, pixels, geometry.Width * SurfaceFile.BytesPerPixel) == SurfaceRead.Copied
                ? PngImage.Of(pixels, geometry.Width, geometry.Height)
                : null;
        }
    }
}
