using Microsoft.Extensions.Logging.Abstractions;
using RemoteChain.Gateway.Latency.Keeping;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;

namespace RemoteChain.Gateway.Tests.Latency;

/// <summary>A journal on a real store.</summary>
sealed class OpenJournal : IAsyncDisposable
{
    readonly TestStore _files = new();

    public OpenJournal()
    {
        Store = new LatencyStore(_files.Database);
        Journal = new(Store, LatencyRetention.Default, _files.Time, NullLogger<LatencyJournal>.Instance);
    }

    public LatencyStore Store { get; }

    public LatencyJournal Journal { get; }

    public Database Database => _files.Database;

    public async ValueTask DisposeAsync()
    {
        await Journal.DisposeAsync();
        _files.Dispose();
    }
}
