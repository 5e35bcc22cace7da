using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The pictures that one front has sent lately.</summary>
internal sealed class FrameHistory
{
    /// <summary>Pictures remembered: a match is decided about two seconds after the input at the latest, and a fast front sends 120 a second.</summary>
    public const int FramesMax = 512;

    private readonly SentFrame[] _ring = new SentFrame[FramesMax];
    private long _count;

    /// <summary>The newest damage entry that the front has sent; 0 when it sent nothing.</summary>
    public ulong LastDamage => _count == 0 ? 0 : _ring[(_count - 1) % FramesMax].LastDamage;

    public void Add(in SentFrame frame) => _ring[_count++ % FramesMax] = frame;

    /// <summary>The first picture that contains this damage entry; null when it was not sent yet, or so long ago that it is forgotten.</summary>
    public SentFrame? FirstWith(ulong damageSequence)
    {
        SentFrame? found = null;
        for (long i = _count - 1; i >= 0 && i > _count - 1 - FramesMax; i--)
        {
            ref readonly var frame = ref _ring[i % FramesMax];
            if (frame.LastDamage < damageSequence)
            {
                return found;
            }

            found = frame;
        }

        // The oldest that is remembered contains it already: an older one may have contained it first.
        return _count <= FramesMax ? found : null;
    }
}
