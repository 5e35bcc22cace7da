using RemoteChain.Gateway.Chains.Kinds;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// Who of a session has copied last, and who waits for that text. Text is fetched when somebody pastes and not kept: it goes from the one
/// who copied to those who paste, between the host and its viewers, never from viewer to viewer. Does no I/O of its own.
/// </summary>
/// <param name="policy">What the chain allows.</param>
/// <param name="mayControl">Whether a viewer may control the session now; those who may only watch have no clipboard.</param>
internal sealed class ClipboardRelay(ClipboardPolicy policy, Func<SessionFront, bool> mayControl)
{
    private readonly HashSet<SessionFront> _fronts = [];
    private readonly HashSet<IClipboardEnd> _pasting = [];
    private IClipboardEnd? _host;
    private IClipboardEnd? _owner;
    private IClipboardEnd? _asked;

    /// <summary>The host is there, or another one is, or none.</summary>
    public void HostIs(IClipboardEnd? host)
    {
        if (_host is { } gone)
        {
            _host = null;
            Forget(gone);
        }

        _host = host;
        if (_owner is SessionFront)
        {
            host?.OfferClipboard(true);
        }
    }

    /// <summary>A viewer is there.</summary>
    public void Joined(SessionFront front)
    {
        if (policy == ClipboardPolicy.Off || front.ViewOnly)
        {
            return;
        }

        _fronts.Add(front);
        front.OfferClipboard(IsOwnedByHost && MayReceive(front));
    }

    /// <summary>A viewer has gone.</summary>
    public void Left(SessionFront front)
    {
        if (_fronts.Remove(front))
        {
            Forget(front);
        }
    }

    /// <summary>One end has copied text, or has none any more.</summary>
    public void Offered(IClipboardEnd by, bool hasText)
    {
        if (!MaySend(by))
        {
            return;
        }

        if (!hasText && _owner != by)
        {
            return;
        }

        _owner = hasText ? by : null;
        if (by is SessionFront)
        {
            _host?.OfferClipboard(hasText);
            return;
        }

        foreach (var front in _fronts.Where(MayReceive))
        {
            front.OfferClipboard(hasText);
        }
    }

    /// <summary>One end pastes.</summary>
    public void Wanted(IClipboardEnd by)
    {
        // Between the host and a viewer only: an end never gets what its own side copied.
        if (_owner is not { } owner || owner is SessionFront == by is SessionFront || !MaySend(owner) || !MayReceive(by))
        {
            by.GiveClipboard(null);
            return;
        }

        _pasting.Add(by);
        if (_asked == owner)
        {
            return;
        }

        _asked = owner;
        owner.AskClipboard();
    }

    /// <summary>One end gives what it was asked for.</summary>
    public void Given(IClipboardEnd by, string? text)
    {
        if (by != _asked)
        {
            return;
        }

        _asked = null;
        Give(MaySend(by) ? text : null);
    }

    private bool IsOwnedByHost => _owner is not null and not SessionFront;

    private bool MaySend(IClipboardEnd end) => end is SessionFront front
        ? policy.HasFlag(ClipboardPolicy.ToHost) && _fronts.Contains(front) && mayControl(front)
        : policy.HasFlag(ClipboardPolicy.FromHost) && end == _host;

    private bool MayReceive(IClipboardEnd end) => end is SessionFront front
        ? policy.HasFlag(ClipboardPolicy.FromHost) && _fronts.Contains(front) && mayControl(front)
        : policy.HasFlag(ClipboardPolicy.ToHost) && end == _host;

    private void Forget(IClipboardEnd end)
    {
        _pasting.Remove(end);
        if (_owner == end)
        {
            _owner = null;
            if (end is SessionFront)
            {
                _host?.OfferClipboard(false);
            }
        }

        if (_asked == end)
        {
            _asked = null;
            Give(null);
        }
    }

    private void Give(string? text)
    {
        // Who gave up control meanwhile gets nothing.
        foreach (var end in _pasting.ToList())
        {
            end.GiveClipboard(MayReceive(end) ? text : null);
        }

        _pasting.Clear();
    }
}
