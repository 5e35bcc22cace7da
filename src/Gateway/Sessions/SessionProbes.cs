using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Latency.Model;
using RemoteChain.Gateway.Latency.Probes;
using RemoteChain.Gateway.Latency.Recording;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions;

/// <summary>
/// The key probes of one session: one at a time, only while there is a desktop and nobody works, and only as the chain allows. Safe from any
/// thread.
/// </summary>
/// <param name="layer">The chain's desktop, with its policy.</param>
/// <param name="latency">The session's recorder.</param>
/// <param name="inputBell">The session's bell; stays the session's.</param>
public sealed class SessionProbes(IProbedDesktop layer, SessionLatency latency, Bell inputBell) : IAsyncDisposable
{
    /// <summary>How often a key is pressed in a session at rest, where the chain wants that.</summary>
    public const long IdleEveryNanos = 60_000_000_000;

    private readonly Lock _gate = new();
    private Back? _back;
    private KeyProbe? _probe;
    private CancellationTokenSource? _stopping;
    private Task _running = Task.CompletedTask;
    private long _nextIdleNanos = MonotonicClock.NowNanos() + IdleEveryNanos;

    /// <summary>The newest probe's report; null when there was none.</summary>
    public KeyProbeReport? Report
    {
        get
        {
            lock (_gate)
            {
                return _probe?.Report;
            }
        }
    }

    /// <summary>Begins a probe.</summary>
    /// <returns>Null when it has begun, else why not.</returns>
    public string? Start(int count)
    {
        lock (_gate)
        {
            if (layer.KeyProbes == KeyProbes.Off)
            {
                return $"The chain does not allow keys to be pressed: {layer.Label} says key-probes: off.";
            }

            if (_back is null)
            {
                return "The session has no desktop now.";
            }

            if (!_running.IsCompleted)
            {
                return "A probe of this session is running already.";
            }

            if (MonotonicClock.NowNanos() - latency.UserInputNanos < KeyProbe.QuietNanos)
            {
                return "Somebody is at work in this session: try again when nothing was typed for 5 s.";
            }

            Begin(_back, count);
            return null;
        }
    }

    /// <summary>The desktop is there: keys may be pressed.</summary>
    internal void BackLive(Back back)
    {
        lock (_gate)
        {
            _back = back;
        }
    }

    /// <summary>The desktop is lost: a running probe ends.</summary>
    internal async ValueTask BackGoneAsync()
    {
        Task running;
        lock (_gate)
        {
            _back = null;
            _stopping?.Cancel();
            running = _running;
        }

        await running;
    }

    /// <summary>What the recorder has made since the last time; called a few times a second.</summary>
    public void Recorded(IReadOnlyList<Sample> samples)
    {
        lock (_gate)
        {
            if (samples.Count > 0)
            {
                _probe?.Take(samples);
            }

            long nowNanos = MonotonicClock.NowNanos();
            if (layer.KeyProbes == KeyProbes.Idle && nowNanos >= _nextIdleNanos && _back is { } back && _running.IsCompleted)
            {
                _nextIdleNanos = nowNanos + IdleEveryNanos;
                if (nowNanos - latency.UserInputNanos >= IdleEveryNanos)
                {
                    Begin(back, 1);
                }
            }
        }
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await BackGoneAsync();
        _probe?.Dispose();
        _stopping?.Dispose();
    }

    private void Begin(Back back, int count)
    {
        _probe?.Dispose();
        _stopping?.Dispose();
        _stopping = new CancellationTokenSource();
        _probe = new KeyProbe(layer.ProbeKey, layer.ProbeUndoKey, count, inputBell);
        latency.AddFront(KeyProbe.FrontNumber, _probe.Input, null);
        back.Attach(new AttachFront(KeyProbe.FrontNumber, true, _probe.DamageBell.Handle, _probe.Input));
        var (probe, stopping) = (_probe, _stopping.Token);
        _running = Task.Run(async () =>
        {
            await probe.RunAsync(() => latency.UserInputNanos, latency.UserEchoes.MarkUse, stopping);
            back.Detach(KeyProbe.FrontNumber);
            latency.RemoveFront(KeyProbe.FrontNumber);
        });
    }
}
