namespace RemoteChain.Gateway.Lab;

/// <summary>A fault outside of the gateway, in force until it is disposed of.</summary>
abstract class LabFault : IDisposable
{
    /// <summary>What it has really done so far, as a sentence.</summary>
    public abstract string Account { get; }

    /// <summary>Ends it; everything is as it was before.</summary>
    public abstract void Dispose();
}

/// <summary>A cable that takes longer.</summary>
sealed class SlowNetwork : LabFault
{
    readonly DelayRelay _relay;

    /// <summary>Lays the detour and delays what goes over it.</summary>
    public SlowNetwork(LabLeg leg, DelaySchedule schedule, RelayWay way, bool probesOnly)
    {
        _relay = new DelayRelay(leg);
        _relay.Set(schedule, way, probesOnly);
    }

    /// <inheritdoc/>
    public override string Account
    {
        get
        {
            var account = _relay.Account;
            return $"{account.Packets} packets passed the relay and were held {account.HeldNanos / 1e6 / Math.Max(1, account.Packets):0.000} ms on average; "
                + $"the latest went on {account.LateNanosMax / 1e3:0} µs after its time, {account.Dropped} were lost.";
        }
    }

    /// <inheritdoc/>
    public override void Dispose() => _relay.Dispose();
}
