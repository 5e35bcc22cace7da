using RemoteChain.Gateway.Sessions;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>A front's own descriptors: those that it is given stay the session's, which closes them when the front has left.</summary>
internal sealed class FrontDescriptorCopies : IDisposable
{
    private Bell? _bell;
    private FrameRingWriter? _frames;

    /// <summary>Copies what is needed to paint.</summary>
    /// <exception cref="IOException">The process has no descriptor left.</exception>
    public FrontDescriptorCopies(FrontDescriptors descriptors)
    {
        Surface = SurfaceFile.OpenReadOnly(descriptors.Surface);
        try
        {
            _bell = new Bell(descriptors.DamageBell.Duplicate());
            _frames = new FrameRingWriter(descriptors.Frames);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The surface, read-only.</summary>
    public DescriptorHandle Surface { get; }

    /// <summary>Hands the damage bell over.</summary>
    public Bell TakeBell() => Interlocked.Exchange(ref _bell, null) ?? throw new InvalidOperationException("The bell was taken already.");

    /// <summary>Hands the frame ring over.</summary>
    public FrameRingWriter? TakeFrames() => Interlocked.Exchange(ref _frames, null);

    /// <inheritdoc/>
    public void Dispose()
    {
        Surface.Dispose();
        _bell?.Dispose();
        _frames?.Dispose();
    }
}
