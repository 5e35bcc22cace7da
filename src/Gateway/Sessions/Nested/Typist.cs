using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>
/// Presses keys in a session's desktop for the gateway itself, through an input ring that lives only as long as the typing: the ring is the
/// only place where the keys of a password stand, and its memory goes with it.
/// </summary>
internal static class Typist
{
    /// <summary>Its number as a front; people's fronts never get it.</summary>
    public const int FrontNumber = ushort.MaxValue - 1;

    private const int EveryMillis = 8;

    // Faster, X servers with a full event queue lose keys.
    private const int EventsAtOnce = 64;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(5);

    /// <summary>Presses the keys and waits until they are on their way to the host. The events are zeroed in every case.</summary>
    /// <returns>False when the desktop did not take them in time.</returns>
    public static async Task<bool> TypeAsync(Back back, Bell inputBell, InputEvent[] keys, CancellationToken cancellationToken)
    {
        using var input = InputFile.Create();
        using var damageBell = Bell.Create();
        using var ring = new InputRingWriter(input, new Bell(inputBell.Handle.Duplicate()), FrontNumber);
        try
        {
            // What stands in the ring before the worker reads it is skipped: when this is gone, the worker reads.
            ring.Write(new InputEvent(InputKind.ReleaseAll, 0), out _);
            back.Attach(new AttachFront(FrontNumber, true, damageBell.Handle, input));
            if (!await UntilEmptyAsync(ring, cancellationToken))
            {
                return false;
            }

            for (int i = 0; i < keys.Length; i++)
            {
                if (i % EventsAtOnce == 0)
                {
                    await Task.Delay(EveryMillis, cancellationToken);
                    if (ring.Room < EventsAtOnce && !await UntilEmptyAsync(ring, cancellationToken))
                    {
                        return false;
                    }
                }

                ring.Write(keys[i], out _);
            }

            return await UntilEmptyAsync(ring, cancellationToken);
        }
        finally
        {
            Array.Clear(keys);
            back.Detach(FrontNumber);
        }
    }

    private static async Task<bool> UntilEmptyAsync(InputRingWriter ring, CancellationToken cancellationToken)
    {
        long endNanos = MonotonicClock.NowNanos() + (long)s_patience.TotalNanoseconds;
        while (ring.Room < InputRingWriter.Capacity)
        {
            if (MonotonicClock.NowNanos() > endNanos)
            {
                return false;
            }

            await Task.Delay(2, cancellationToken);
        }

        return true;
    }
}
