namespace RemoteChain.Surface.Desktops;

/// <summary>
/// When the last inputs went to the host. RDP does not say which input a picture answers; the newest one that was sent before the
/// picture's first byte arrived is the last that it can contain.
/// </summary>
sealed class SentInputs
{
    const int Remembered = 64;

    readonly (ulong Id, long SentNanos)[] _ring = new (ulong, long)[Remembered];
    int _count;

    internal void Add(ulong id, long sentNanos) => _ring[_count++ % Remembered] = (id, sentNanos);

    internal ulong Before(long nanos)
    {
        for (var i = _count - 1; i >= 0 && i >= _count - Remembered; i--)
        {
            ref readonly var entry = ref _ring[i % Remembered];
            if (entry.SentNanos <= nanos) return entry.Id;
        }
        return 0;
    }
}
