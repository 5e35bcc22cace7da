using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>The hop that adds no network: the next layer is reached from where the previous one ends, within a time of its own.</summary>
public sealed class DirectHop(TimeSpan timeout) : Hop
{
    /// <inheritdoc/>
    public override string Layer => "direct";

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken) =>
        new(new HopResult(new DeadlineDialer(inner, timeout), null));

    private sealed class DeadlineDialer(Dialer inner, TimeSpan timeout) : Dialer
    {
        public override Network? Network => inner.Network;

        public override IReadOnlyList<HopProbe> Probes => inner.Probes;

        public override IReadOnlyList<HopProbe> Signs => inner.Signs;

        public override Task<Failure> Lost => inner.Lost;

        public override async ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
        {
            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(timeout);
            try
            {
                // The time that is written here counts, shorter or longer than what is usual.
                return await inner.DialAsync(target, Timeout.InfiniteTimeSpan, deadline.Token);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                string detail = $"no answer from {target} within {timeout.TotalSeconds:0.#} s";
                return new Failure(FailureStage.Dial, FailureCause.TimedOut, detail) { Layer = "direct" };
            }
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();
    }
}
