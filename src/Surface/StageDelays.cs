using RemoteChain.Surface.Control;

namespace RemoteChain.Surface;

/// <summary>The delays of one worker, one for each stage. Those of the other role's stages are never waited for.</summary>
public sealed class StageDelays
{
    readonly StageDelay[] _all = [.. Enum.GetValues<FaultStage>().Select(stage => new StageDelay(stage))];

    /// <summary>Front: a press was read and is not yet in the ring.</summary>
    public StageDelay Receive => _all[(int)FaultStage.Receive];

    /// <summary>Desktop: a press was taken from the ring and is not yet sent.</summary>
    public StageDelay Forward => _all[(int)FaultStage.Forward];

    /// <summary>Desktop: an update is decoded and not yet stamped so.</summary>
    public StageDelay Decode => _all[(int)FaultStage.Decode];

    /// <summary>Desktop: decoded and not yet in the surface.</summary>
    public StageDelay Publish => _all[(int)FaultStage.Publish];

    /// <summary>Front: the bell has rung and the damage is not yet taken.</summary>
    public StageDelay PictureQueue => _all[(int)FaultStage.PictureQueue];

    /// <summary>Front: copied and not yet encoded.</summary>
    public StageDelay Encode => _all[(int)FaultStage.Encode];

    /// <summary>Does what the node says.</summary>
    /// <returns>The answer.</returns>
    public Injected Set(Inject inject)
    {
        var delay = _all[(int)inject.Stage];
        delay.Set(inject);
        return delay.Account;
    }
}
