using System.Collections.Concurrent;
using FreeRdp.Native;

namespace FreeRdp;

/// <summary>How other threads hand work to the thread that owns a connection: a bounded queue and an event to wait on.</summary>
internal sealed class RdpPostbox : IDisposable
{
    public const int LettersMax = 256;

    private readonly ConcurrentQueue<Action> _letters = new();
    private readonly Lock _gate = new();
    private nint _event;

    public unsafe RdpPostbox()
    {
        // SAFETY: no attributes and no name.
        _event = Synch.CreateEventA(null, BOOL.TRUE, BOOL.FALSE, null);
        if (_event == 0)
            throw new RdpException("CreateEvent failed.");
    }

    public int Descriptor => Synch.GetEventFileDescriptor(_event);

    public bool Post(Action action)
    {
        ArgumentNullException.ThrowIfNull(action);
        lock (_gate)
        {
            if (_event == 0 || _letters.Count >= LettersMax)
                return false;
            _letters.Enqueue(action);
            return Synch.SetEvent(_event);
        }
    }

    /// <summary>Runs what was posted before the call; what is posted meanwhile wakes the owner again.</summary>
    public void Deliver()
    {
        if (_letters.IsEmpty)
            return;
        Synch.ResetEvent(_event);
        for (var left = _letters.Count; left > 0 && _letters.TryDequeue(out var letter); left--)
            letter();
    }

    public void Dispose()
    {
        lock (_gate)
        {
            if (_event != 0)
                Handle.CloseHandle(_event);
            _event = 0;
        }
    }
}
