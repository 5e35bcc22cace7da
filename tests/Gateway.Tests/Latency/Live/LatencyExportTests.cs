using System.Collections.Concurrent;
using System.Net;
using System.Text;
using RemoteChain.Gateway.Latency.Live;

namespace RemoteChain.Gateway.Tests.Latency.Live;

public sealed class LatencyExportTests : IDisposable
{
    readonly HttpListener _listener = new();
    readonly ConcurrentDictionary<string, byte[]> _received = new();
    readonly Task _receiving;
    readonly Uri _endpoint;

    public LatencyExportTests()
    {
        using (var free = new System.Net.Sockets.TcpListener(IPAddress.Loopback, 0))
        {
            free.Start();
            _endpoint = new($"http://127.0.0.1:{((IPEndPoint)free.LocalEndpoint).Port}/collector/");
        }
        _listener.Prefixes.Add(_endpoint.AbsoluteUri);
        _listener.Start();
        _receiving = ReceiveAsync();
    }

    public void Dispose()
    {
        _listener.Stop();
        _receiving.GetAwaiter().GetResult();
    }

    async Task ReceiveAsync()
    {
        try
        {
            while (true)
            {
                var request = await _listener.GetContextAsync();
                using var body = new MemoryStream();
                await request.Request.InputStream.CopyToAsync(body);
                _received[$"{request.Request.ContentType} {request.Request.Url!.AbsolutePath}"] = body.ToArray();
                request.Response.Close();
            }
        }
        catch (Exception stopped) when (stopped is HttpListenerException or ObjectDisposedException)
        {
            // The test is over.
        }
    }

    [Fact]
    public async Task Send_AfterSamples_CollectorGetsTracesAndMetrics()
    {
        await using var open = new OpenJournal();
        using (var export = new LatencyExport(open.Journal, _endpoint, "1.2.3"))
        {
            open.Journal.Add("s1", "client-site", TypingSession.Samples(50));
            await open.Journal.FlushAsync(default);
            Assert.True(export.Flush(10_000), "the collector did not take it");
        }

        // Texts lie in protobuf as they are.
        var traces = Encoding.UTF8.GetString(_received["application/x-protobuf /collector/v1/traces"]);
        foreach (var word in (string[])["remotechain", "1.2.3", "client-site", "rdp desk-1/host", "remotechain.after_parent_ns",
            "remotechain.duration_ns", "begins are synthetic"])
            Assert.Contains(word, traces, StringComparison.Ordinal);
        var metrics = Encoding.UTF8.GetString(_received["application/x-protobuf /collector/v1/metrics"]);
        foreach (var word in (string[])["remotechain.latency.stage", "picture-queue", "rdp desk-1"])
            Assert.Contains(word, metrics, StringComparison.Ordinal);
    }
}
