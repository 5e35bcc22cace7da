using System.Diagnostics;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Sessions;
using RemoteChain.Gateway.Store;
using RemoteChain.Gateway.Tests.Store;
using RemoteChain.Gateway.Tests.Workers;
using RemoteChain.Gateway.Workers;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Hops;

/// <summary>The real OpenSSH client in the real sandbox, real servers, a real store of pins.</summary>
public sealed class SshHopTests : IDisposable
{
    private const string Chain = "site";

    private readonly TestStore _store = new();
    private readonly Host _host = new();
    private readonly PinStore _pins;
    private readonly AuditLog _audit;
    private readonly HostKeys _hostKeys;
    private readonly ConfinedPrograms _programs;
    private readonly SshClient _client;

    public SshHopTests()
    {
        new ChainStore(_store.Database).SaveAnyway(Chain, "text", "alice", null, []);
        (_pins, _audit) = (new PinStore(_store.Database), new AuditLog(_store.Database));
        _hostKeys = new HostKeys(_pins, _audit);
        var (sandbox, problem) = Sandbox.TryCreate(BuiltWorker.Path, _store.Directory.RuntimeDirectory, allowUnsafe: false);
        Assert.True(sandbox is not null, problem);
        _programs = new ConfinedPrograms(sandbox);
        _client = new SshClient(_store.Directory.RuntimeDirectory, _programs.StartAsync);
    }

    [SshFact]
    public async Task Password_LeadsToTheHost_AndPinsTheHostKey()
    {
        using var jump = JumpHost.Start();
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.Login));

        var pin = Assert.Single(_pins.List());
        Assert.Equal(($"ssh 127.0.0.1:{jump.Port}", jump.HostKey.Sha256), (pin.Layer, pin.Sha256));
        Assert.Contains($"{jump.HostKey}", pin.Subject, StringComparison.Ordinal);
        Assert.Contains($"{jump.HostKey}", Assert.Single(_audit.Read(new(Action: "host-key-pinned"))).Detail, StringComparison.Ordinal);
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task Key_LeadsToTheHost()
    {
        using var jump = JumpHost.Start("PasswordAuthentication no");
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.Key));
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task KeyWithPassphrase_LeadsToTheHost_AndAWrongOneIsTold()
    {
        using var jump = JumpHost.Start();
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.LockedKey));
        var wrong = new HopSignIn("jump-key", JumpHost.User, "another", JumpHost.LockedKey.Key);
        AssertFailed(await DialAsync(_host.Endpoint, Ssh(1, jump, wrong)), FailureStage.SignIn, FailureCause.WrongCredentials, Title(jump), "passphrase");
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task WrongPasswordWrongKeyOrNoKeyAtAll_IsWrongCredentialsAtOnce()
    {
        using var jump = JumpHost.Start();
        foreach (var wrong in new[]
        {
            new HopSignIn("jump-login", JumpHost.User, "wrong"), JumpHost.StrangersKey, new HopSignIn("jump-key", JumpHost.User, "", "no key"),
        })
        {
            var result = await DialAsync(_host.Endpoint, Ssh(1, jump, wrong));
            AssertFailed(result, FailureStage.SignIn, FailureCause.WrongCredentials, Title(jump), wrong.Secret);
        }

        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task HostKeyChanged_IsRefusedUntilForgotten()
    {
        var jump = JumpHost.Start();
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.Login));
        int port = jump.Port;
        jump.Dispose();
        using var other = JumpHost.Start(port: port, otherKey: true);

        var result = await DialAsync(_host.Endpoint, Ssh(1, other, JumpHost.Login));
        AssertFailed(result, FailureStage.Handshake, FailureCause.KeyChanged, Title(jump), $"{jump.HostKey}");
        Assert.Contains($"{other.HostKey}", result.Failure!.Detail, StringComparison.Ordinal);
        Assert.Contains($"{other.HostKey}", Assert.Single(_audit.Read(new(Action: "host-key-changed"))).Detail, StringComparison.Ordinal);

        Assert.Equal(1, _pins.Forget(Chain, $"ssh 127.0.0.1:{port}"));
        await SpeakThroughAsync(Ssh(1, other, JumpHost.Login));
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task HostKeyOfTheChain_IsTheOnlyOneFromTheStart()
    {
        using var jump = JumpHost.Start();
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.Login, jump.HostKey));
        Assert.Empty(_pins.List());
        var another = new Gateway.Chains.KeyFingerprint(new string('a', 64));
        AssertFailed(
            await DialAsync(_host.Endpoint, Ssh(1, jump, JumpHost.Login, another)), FailureStage.Handshake, FailureCause.KeyChanged, Title(jump), $"{another}");
    }

    [SshFact]
    public async Task NobodyAtTheTarget_IsTheNextLayersFailure_AndARuleIsTheJumpHosts()
    {
        var nobody = Host.Nobody;
        using var jump = JumpHost.Start($"PermitOpen {nobody}");
        AssertFailed(await DialAsync(nobody, Ssh(1, jump, JumpHost.Key)), FailureStage.Dial, FailureCause.Refused, null, $"{nobody}");
        AssertFailed(await DialAsync(Host.Nobody, Ssh(1, jump, JumpHost.Key)), FailureStage.Dial, FailureCause.PolicyRefused, Title(jump), "PermitOpen");
        await AssertNothingLeftAsync();
    }

    /// <summary>ssh ends because the way was refused: whoever comes late to hear the reason must not hear of the end instead.</summary>
    [SshFact]
    public Task NobodyAtTheTarget_HeardOnlyAfterTheEnd_IsStillTheReason() => OneThread.Run(async () =>
    {
        using var jump = JumpHost.Start();
        var nobody = Host.Nobody;
        var dialing = DialAsync(nobody, Ssh(1, jump, JumpHost.Key));
        await UntilAsync(() => Directory.GetDirectories(SshFolder).Length == 2);
        // Its folder goes when the way is asked for; from here on this thread, which is to hear the answer, is not to be had.
        while (Directory.GetDirectories(SshFolder).Length == 2)
        {
            await Task.Yield();
        }

        Assert.True(SpinWait.SpinUntil(() => !Processes().Any(), TimeSpan.FromSeconds(10)), "ssh did not end");
        Thread.Sleep(100);

        AssertFailed(await dialing, FailureStage.Dial, FailureCause.Refused, null, $"{nobody}");
    });

    [SshFact]
    public async Task NoSshServer_SaysSo()
    {
        using var proxy = ServerProcess.Microsocks();
        var layer = new SshLayer(1, "127.0.0.1", proxy.Port, "jump-login", null);
        AssertFailed(
            await DialAsync(_host.Endpoint, Ssh(layer, JumpHost.Login)), FailureStage.Handshake, FailureCause.ConnectionLost, layer.Title, "is there an SSH server");
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task TheHostCloses_TheWayEnds_AndNothingIsLost()
    {
        using var jump = JumpHost.Start();
        await using var dialer = await OpenAsync(Ssh(1, jump, JumpHost.Key));
        using var socket = (await dialer.DialAsync(_host.Endpoint, CancellationToken.None)).Socket!;
        await Host.SpeakAsync(socket);
        socket.Send("bye"u8);
        Assert.Equal(0, await Host.ReadToEndAsync(socket));
        socket.Dispose();
        await UntilAsync(() => jump.Serving == 0);
        Assert.False(dialer.Lost.IsCompleted);
    }

    [SshFact]
    public async Task JumpHostEndsOrFallsSilent_IsKnown()
    {
        using var jump = JumpHost.Start();
        foreach (bool silent in new[] { false, true })
        {
            await using var dialer = await OpenAsync(Ssh(1, jump, JumpHost.Key));
            using var socket = (await dialer.DialAsync(_host.Endpoint, CancellationToken.None)).Socket!;
            await Host.SpeakAsync(socket);
            Action cut = silent ? jump.Freeze : jump.EndConnections;
            cut();
            var failure = await dialer.Lost.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.Equal((silent ? FailureCause.TimedOut : FailureCause.ConnectionLost, Title(jump)), (failure.Cause, failure.Layer));
            Assert.Equal(0, await Host.ReadToEndAsync(socket));
        }

        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task TwoJumpHosts_LeadToTheHost_AndTheNearerIsNamedWhenItDies()
    {
        using var near = JumpHost.Start();
        using var far = JumpHost.Start();
        var hops = new[] { Ssh(1, near, JumpHost.Key), Ssh(2, far, JumpHost.Login) };
        await using (var dialer = await OpenAsync(hops))
        {
            using var socket = (await dialer.DialAsync(_host.Endpoint, CancellationToken.None)).Socket!;
            await Host.SpeakAsync(socket);
            near.EndConnections();
            var failure = await dialer.Lost.WaitAsync(TimeSpan.FromSeconds(10));
            Assert.True(Title(near) == failure.Layer, $"{failure}");
        }

        near.Dispose();
        AssertFailed(await DialAsync(_host.Endpoint, hops), FailureStage.Dial, FailureCause.Refused, Title(near), $"{near.Port}");
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task FarJumpHostNotThere_IsTheFarOnesFailure()
    {
        using var near = JumpHost.Start();
        var gone = new SshLayer(2, "127.0.0.1", Host.Nobody.Port, "jump-login", null);
        AssertFailed(
            await DialAsync(_host.Endpoint, Ssh(1, near, JumpHost.Key), Ssh(gone, JumpHost.Login)), FailureStage.Dial, FailureCause.Refused, gone.Title, "refused");
    }

    [SshFact]
    public async Task SshThroughSocks_AndSocksThroughSsh_LeadToTheHost()
    {
        using var jump = JumpHost.Start();
        using var proxy = ServerProcess.Microsocks();
        var socks = new ProxyHop(new ProxyLayer(1, ProxyType.Socks5, "127.0.0.1", proxy.Port, null), null);
        await SpeakThroughAsync(socks, Ssh(2, jump, JumpHost.Key));
        await SpeakThroughAsync(Ssh(1, jump, JumpHost.Key), socks);
        await AssertNothingLeftAsync();
    }

    [SshFact]
    public async Task Process_SeesNoNetworkAndNoSecret()
    {
        using var jump = JumpHost.Start();
        await using var dialer = await OpenAsync(Ssh(1, jump, JumpHost.LockedKey));
        using var socket = (await dialer.DialAsync(_host.Endpoint, CancellationToken.None)).Socket!;
        int[] processes = [.. Processes()];
        Assert.NotEmpty(processes);
        foreach (int process in processes)
        {
            string told = File.ReadAllText($"/proc/{process}/cmdline") + File.ReadAllText($"/proc/{process}/environ");
            Assert.DoesNotContain("sesame", told, StringComparison.Ordinal);
            Assert.DoesNotContain("PRIVATE", told, StringComparison.Ordinal);
        }

        int ssh = processes.Single(process => File.ReadAllText($"/proc/{process}/comm").Trim() == "ssh");
        Assert.NotEqual(new FileInfo("/proc/self/ns/net").LinkTarget, new FileInfo($"/proc/{ssh}/ns/net").LinkTarget);
        Assert.Contains("NoNewPrivs:\t1", File.ReadAllText($"/proc/{ssh}/status"), StringComparison.Ordinal);
        // The socket that it listened on cannot be found by anybody any more.
        Assert.Equal(["ask"], Directory.GetFileSystemEntries(SshFolder).Select(Path.GetFileName));
    }

    [SshFact]
    public async Task TwentyTimes_LeavesNothing()
    {
        using var jump = JumpHost.Start("MaxStartups 100");
        for (int i = 0; i < 20; i++)
        {
            await SpeakThroughAsync(Ssh(1, jump, i % 2 == 0 ? JumpHost.Key : JumpHost.Login));
        }

        await AssertNothingLeftAsync();
        await UntilAsync(() => jump.Serving == 0);
    }

    [SshFact]
    public async Task CallerGivesUp_NothingIsLeft()
    {
        using var jump = JumpHost.Start();
        jump.Freeze();
        using var patience = new CancellationTokenSource(TimeSpan.FromMilliseconds(300));
        await using var dialer = await OpenAsync(Ssh(1, jump, JumpHost.Key));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(async () => await dialer.DialAsync(_host.Endpoint, patience.Token));
        await AssertNothingLeftAsync();
    }

    public void Dispose()
    {
        _programs.Dispose();
        _host.Dispose();
        _store.Dispose();
    }

    private string SshFolder => Path.Combine(_store.Directory.RuntimeDirectory, "ssh");

    private SshHop Ssh(int number, JumpHost jump, HopSignIn signIn, Gateway.Chains.KeyFingerprint? hostKey = null) =>
        Ssh(new SshLayer(number, "127.0.0.1", jump.Port, signIn.Secret, hostKey), signIn);

    private SshHop Ssh(SshLayer layer, HopSignIn signIn) => new(
        layer, signIn, _client, _hostKeys.KnownType(Chain, layer), (type, seen) => _hostKeys.Judge(Chain, layer, type, seen));

    private static string Title(JumpHost jump) => $"ssh 127.0.0.1:{jump.Port}";

    private async Task SpeakThroughAsync(params Hop[] hops)
    {
        await using var dialer = await OpenAsync(hops);
        var result = await dialer.DialAsync(_host.Endpoint, CancellationToken.None);
        Assert.True(result.Socket is not null, $"{result.Failure}");
        using var socket = result.Socket;
        await Host.SpeakAsync(socket);
    }

    private static async Task<DialResult> DialAsync(HostEndpoint target, params Hop[] hops)
    {
        await using var dialer = await OpenAsync(hops);
        return await dialer.DialAsync(target, CancellationToken.None);
    }

    private static async Task<Dialer> OpenAsync(params Hop[] hops) => (await Hop.FoldAsync(hops, CancellationToken.None)).Dialer!;

    /// <summary>Every process whose command names this test's own folder: the sandboxes and what runs in them.</summary>
    private IEnumerable<int> Processes()
    {
        foreach (string folder in Directory.GetDirectories("/proc").Where(folder => char.IsAsciiDigit(Path.GetFileName(folder)[0])))
        {
            string command = "";
            try
            {
                command = File.ReadAllText(Path.Combine(folder, "cmdline"));
            }
            catch (IOException)
            {
                // It ended meanwhile.
            }

            if (command.Contains(SshFolder, StringComparison.Ordinal))
            {
                yield return int.Parse(Path.GetFileName(folder));
            }
        }
    }

    /// <summary>The agent goes with the sandbox's first process, a moment after that has closed its files.</summary>
    private async Task AssertNothingLeftAsync()
    {
        await UntilAsync(() => !Processes().Any());
        Assert.Equal(["ask"], Directory.GetFileSystemEntries(SshFolder).Select(Path.GetFileName));
    }

    private static async Task UntilAsync(Func<bool> isTrue)
    {
        var clock = Stopwatch.StartNew();
        while (!isTrue())
        {
            Assert.True(clock.Elapsed < TimeSpan.FromSeconds(10), "it did not happen");
            await Task.Delay(20);
        }
    }

    private static void AssertFailed(DialResult result, FailureStage stage, FailureCause cause, string? layer, string told)
    {
        Assert.Null(result.Socket);
        Assert.True((stage, cause, layer) == (result.Failure!.Stage, result.Failure.Cause, result.Failure.Layer), $"{result.Failure}");
        Assert.Contains(told, result.Failure.Detail, StringComparison.Ordinal);
    }
}
