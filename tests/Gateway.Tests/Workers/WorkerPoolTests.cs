using Microsoft.Extensions.Logging.Abstractions;
using RemoteChain.Gateway.Workers;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Workers;

/// <summary>Real worker processes in the real sandbox.</summary>
public sealed class WorkerPoolTests : IAsyncLifetime
{
    private readonly string _directory = Directory.CreateTempSubdirectory("rc-workers-").FullName;
    private WorkerPool _pool = null!;

    public Task InitializeAsync()
    {
        var (sandbox, problem) = Sandbox.TryCreate(BuiltWorker.Path, _directory, allowUnsafe: false);
        Assert.True(sandbox is not null, problem);
        _pool = new WorkerPool(sandbox, _directory, NullLogger<WorkerPool>.Instance);
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        await _pool.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    [Fact]
    public async Task TakeAsync_AWorker_IsConfined()
    {
        await using var worker = await TakeAsync();
        var status = File.ReadLines($"/proc/{worker.ProcessId}/status").Select(line => line.Split(":\t")).ToDictionary(p => p[0], p => p[^1].Trim());

        Assert.Equal("1", status["NoNewPrivs"]);
        Assert.Equal("2", status["Seccomp"]);
        Assert.Equal(new string('0', 16), status["CapEff"]);
        Assert.Equal(new string('0', 16), status["CapBnd"]);
        foreach (string kind in new[] { "net", "pid", "mnt", "ipc", "user", "uts" })
        {
            Assert.NotEqual(Namespace("self", kind), Namespace($"{worker.ProcessId}", kind));
        }

        Assert.Equal(["lo"], Interfaces(worker.ProcessId));
        Assert.False(Directory.Exists($"/proc/{worker.ProcessId}/root/home"));
        string limits = File.ReadAllText($"/proc/{worker.ProcessId}/limits");
        Assert.Matches(@"Max core file size\s+0\s+0", limits);
        Assert.DoesNotMatch(@"Max data size\s+unlimited", limits);
    }

    [Fact]
    public async Task TakeAsync_MoreThanAreWarm_StartsMore()
    {
        var workers = await Task.WhenAll(Enumerable.Range(0, WorkerPool.WarmCount * 2).Select(_ => TakeAsync()));
        Assert.Equal(workers.Length, workers.Select(w => w.ProcessId).Distinct().Count());
        foreach (var worker in workers)
        {
            await worker.DisposeAsync();
            Assert.False(Directory.Exists($"/proc/{worker.ProcessId}"));
        }
    }

    [Fact]
    public async Task Kill_AWorker_EndsItsConversation()
    {
        await using var worker = await TakeAsync();
        worker.Kill();
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        Assert.Null(await worker.ReceiveAsync(limit.Token));
    }

    [Fact]
    public async Task Send_WhatAWarmWorkerDoesNotExpect_EndsIt()
    {
        await using var worker = await TakeAsync();
        worker.Send(new DetachFront(1));
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(10));
        while (await worker.ReceiveAsync(limit.Token) is { } message)
        {
            Assert.IsType<Failed>(message);
        }
    }

    [Fact]
    public async Task DisposeAsync_ThePool_LeavesNoProcessAndNoControlGroup()
    {
        int id;
        await using (var worker = await TakeAsync())
        {
            id = worker.ProcessId;
        }

        await _pool.DisposeAsync();
        Assert.False(Directory.Exists($"/proc/{id}"));
        Assert.Empty(Directory.GetDirectories("/sys/fs/cgroup", $"remotechain-{Environment.ProcessId}-*", SearchOption.AllDirectories));
        Assert.Equal(["worker.passwd", "worker.seccomp"], Directory.GetFiles(_directory).Select(Path.GetFileName).Order());
    }

    private async Task<WorkerProcess> TakeAsync()
    {
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        return await _pool.TakeAsync(limit.Token);
    }

    private static string Namespace(string process, string kind) => new FileInfo($"/proc/{process}/ns/{kind}").LinkTarget!;

    private static string[] Interfaces(int processId) =>
        [.. File.ReadLines($"/proc/{processId}/net/dev").Skip(2).Select(line => line.Split(':')[0].Trim())];
}
