namespace RemoteChain.Surface.Desktops;

/// <summary>Takes the input of all fronts from their rings to the host, and remembers which input was sent when.</summary>
/// <param name="desktop">What the input is for.</param>
/// <param name="fits">Whether a size can be had: a larger one is not even asked for.</param>
/// <param name="forward">What holds a press up before it is sent.</param>
public sealed class FrontInputs(IDesktopInput desktop, Func<int, int, bool> fits, StageDelay forward) : IDisposable
{
    /// <summary>Fronts that may control at once.</summary>
    public const int FrontsMax = 32;

    /// <summary>Entries that one front may have handled before the others get their turn.</summary>
    const int TurnMax = 64;

    readonly List<FrontInput> _fronts = new(FrontsMax);
    readonly SentInputs _sent = new();
    (int Width, int Height, int ScalePercent)? _wantedSize;
    int _holder;
    InputEvent? _heldLocks;

    /// <summary>Takes a front's ring; the caller keeps the descriptor. A ring that is none, or one too many, is left out.</summary>
    public void Attach(int frontNumber, DescriptorHandle ring)
    {
        if (_fronts.Count == FrontsMax || _fronts.Exists(f => f.Number == frontNumber)) return;
        if (InputRingReader.TryOpen(ring, frontNumber, out var reader)) _fronts.Add(new FrontInput(reader, desktop));
    }

    /// <summary>Forgets a front and lets go of what it holds at the host.</summary>
    public void Detach(int frontNumber)
    {
        var index = _fronts.FindIndex(f => f.Number == frontNumber);
        if (index < 0) return;
        _fronts[index].ReleaseAll();
        _fronts[index].Dispose();
        _fronts.RemoveAt(index);
    }

    /// <summary>Tells the fronts that a picture may be coming, or that it is there or will not come.</summary>
    public void AnnouncePicture(bool isComing)
    {
        foreach (var front in _fronts) front.AnnouncePicture(isComing);
    }

    /// <summary>Sends everything that waits in the rings, and what a front has announced and is just decoding.</summary>
    public void Deliver()
    {
        foreach (var front in _fronts) front.AwaitAnnounced();
        for (var again = true; again;)
        {
            again = false;
            for (var i = _fronts.Count - 1; i >= 0; i--)
            {
                var outcome = DeliverTurn(_fronts[i]);
                again |= outcome == InputRead.Entry;
                // Impossible values: this front is broken or hostile. It loses its input, nobody else does.
                if (outcome == InputRead.Corrupt) Detach(_fronts[i].Number);
            }
        }
    }

    /// <summary>
    /// Drops keys and buttons of all fronts but one from now on, and lets go of what they hold; 0 = everybody may again.
    /// </summary>
    public void Hold(int exceptFront)
    {
        // What was pressed before this moment still goes to where it was meant for.
        Deliver();
        _holder = exceptFront;
        foreach (var front in _fronts) if (IsHeld(front)) front.ReleaseAll();
        if (exceptFront != 0 || _heldLocks is not { } locks || _fronts.Count == 0) return;
        _heldLocks = null;
        _fronts[0].Send(locks);
    }

    /// <summary>The input that is being sent, for a desktop that wants to know.</summary>
    public ulong CurrentId { get; private set; }

    /// <summary>The newest input that was on its way to the host before this moment, 0 when there is none.</summary>
    public ulong LastSentBefore(long nanos) => _sent.Before(nanos);

    /// <summary>A size that was wanted before the host was ready for it is asked for now.</summary>
    public void RetryResize()
    {
        if (_wantedSize is { } size && desktop.TryResize(size.Width, size.Height, size.ScalePercent)) _wantedSize = null;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var front in _fronts) front.Dispose();
        _fronts.Clear();
    }

    /// <summary>Notes when the guest of an emulated machine was interrupted for an input and when it had read it.</summary>
    public void StampGuest(ulong id, long interruptNanos, long readNanos) =>
        _fronts.Find(front => front.Number == (int)(id >> 48))?.StampGuest(id, interruptNanos, readNanos);

    bool IsHeld(FrontInput front) => _holder != 0 && front.Number != _holder;

    /// <returns><see cref="InputRead.Entry"/> when the turn ended before the ring did.</returns>
    InputRead DeliverTurn(FrontInput front)
    {
        for (var i = 0; i < TurnMax; i++)
        {
            var read = front.TryRead(out var input);
            if (read != InputRead.Entry) return read;
            switch (input.Kind)
            {
                case InputKind.Resize:
                    if (fits(input.A, input.B)) _wantedSize = (input.A, input.B, input.C == 0 ? 100 : input.C);
                    RetryResize();
                    break;
                case InputKind.Refresh:
                    desktop.RequestRefresh();
                    break;
                case InputKind.Synchronize when IsHeld(front):
                    _heldLocks = input;
                    break;
                case var _ when IsHeld(front):
                    break;
                default:
                    var takenNanos = MonotonicClock.NowNanos();
                    if (input.IsPress) forward.Wait();
                    CurrentId = input.Id;
                    front.Send(input);
                    var sentNanos = MonotonicClock.NowNanos();
                    front.Stamp(takenNanos, sentNanos);
                    _sent.Add(input.Id, sentNanos);
                    break;
            }
        }
        return InputRead.Entry;
    }
}
