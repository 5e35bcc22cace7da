using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>The delays that are in force in one session. Workers that come later get them too. Used by the session's loop alone.</summary>
internal sealed class StageFaults
{
    private readonly Dictionary<FaultStage, Inject> _inForce = [];

    /// <summary>Those of the fronts' stages.</summary>
    public IEnumerable<Inject> OfFronts => _inForce.Values.Where(delay => IsOfFront(delay.Stage));

    /// <summary>Those of the back's stages.</summary>
    public IEnumerable<Inject> OfBack => _inForce.Values.Where(delay => !IsOfFront(delay.Stage));

    /// <summary>Whether that stage runs in the front workers; else it runs in the desktop worker.</summary>
    public static bool IsOfFront(FaultStage stage) => stage is FaultStage.Receive or FaultStage.PictureQueue or FaultStage.Encode;

    /// <summary>Keeps what is in force; a delay of 0 ends it.</summary>
    public void Keep(Inject delay)
    {
        if (delay.DelayNanos == 0)
        {
            _inForce.Remove(delay.Stage);
        }
        else
        {
            _inForce[delay.Stage] = delay;
        }
    }
}
