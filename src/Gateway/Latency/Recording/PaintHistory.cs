using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>What the host has painted lately, to tell a picture at rest from a busy one.</summary>
internal sealed class PaintHistory
{
    /// <summary>Damage entries remembered; more in one window are busy anyway.</summary>
    public const int EntriesMax = 1024;

    /// <summary>How long before the answer is looked at.</summary>
    public const long WindowNanos = 1_000_000_000;

    /// <summary>A caret that blinks and a clock are a picture at rest.</summary>
    public const int PaintsAtRestMax = 6;

    /// <summary>Pixels painted within the window by a picture at rest: a few lines of text.</summary>
    public const long PixelsAtRestMax = 64 * 1024;

    private readonly DamageEntry[] _ring = new DamageEntry[EntriesMax];
    private long _count;

    public void Add(in DamageEntry entry) => _ring[_count++ % EntriesMax] = entry;

    /// <summary>The entry with that number; null when it is forgotten.</summary>
    public DamageEntry? Find(ulong sequence)
    {
        for (long i = _count - 1; i >= 0 && i > _count - 1 - EntriesMax; i--)
        {
            ref readonly var entry = ref _ring[i % EntriesMax];
            if (entry.Sequence <= sequence)
            {
                return entry.Sequence == sequence ? entry : null;
            }
        }

        return null;
    }

    /// <summary>Whether the picture was at rest when this answer came. Answers to other inputs within the window do not count.</summary>
    public Load LoadAt(in DamageEntry answer, HashSet<ulong> answers)
    {
        int paints = 0;
        long pixels = 0;
        long lastReceivedNanos = 0;
        for (long i = _count - 1; i >= 0 && i > _count - 1 - EntriesMax; i--)
        {
            ref readonly var entry = ref _ring[i % EntriesMax];
            if (entry.Sequence >= answer.Sequence || answers.Contains(entry.Sequence))
            {
                continue;
            }

            if (entry.ReceivedNanos < answer.ReceivedNanos - WindowNanos)
            {
                break;
            }

            pixels += (long)entry.Rectangle.Width * entry.Rectangle.Height;
            if (entry.ReceivedNanos != lastReceivedNanos && ++paints > PaintsAtRestMax)
            {
                return Load.Busy;
            }

            lastReceivedNanos = entry.ReceivedNanos;
        }

        return pixels > PixelsAtRestMax ? Load.Busy : Load.Idle;
    }
}
