using System.Diagnostics;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Tunnels;

/// <summary>
/// How the node reaches the process that keeps tunnels: a service that was started for it, or else a child of its own when it has the rights.
/// Begun when the first tunnel is wanted, and again after it has ended.
/// </summary>
/// <param name="servicePath">The service's socket, as the operator said; null to look at <see cref="ServicePathDefault"/>.</param>
/// <param name="executable">The program for a child.</param>
/// <param name="socketDirectory">A directory of the node's own, mode 0700, for the child's control socket.</param>
public sealed class TunnelsProcess(string? servicePath, string executable, string socketDirectory) : IAsyncDisposable
{
    /// <summary>Where the system service listens.</summary>
    public const string ServicePathDefault = "/run/remotechain-tunnels/control";

    private const string WhatToDo = "start the service remotechain-tunnels (deploy/systemd) and give its socket to the node with --tunnels PATH, "
        + "or run the node as root";

    private static readonly TimeSpan s_readyTimeout = TimeSpan.FromSeconds(15);
    private static int s_serial;

    private readonly SemaphoreSlim _gate = new(1);
    private TunnelsLink? _link;
    private Process? _child;

    /// <summary>The connection, made when there is none.</summary>
    public async ValueTask<(TunnelsLink? Link, Failure? Failure)> LinkAsync(CancellationToken cancellationToken)
    {
        await _gate.WaitAsync(cancellationToken);
        try
        {
            if (_link is { HasEnded: false } living) return (living, null);
            await ForgetAsync();
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            timeout.CancelAfter(s_readyTimeout);
            return await ConnectAsync(timeout.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            return (null, Refused($"the process that keeps tunnels was not ready within {s_readyTimeout.TotalSeconds:0} s"));
        }
        catch (Exception e) when (e is IOException or System.ComponentModel.Win32Exception)
        {
            return (null, Refused($"the process that keeps tunnels cannot be reached: {e.Message}"));
        }
        finally
        {
            _gate.Release();
        }
    }

    /// <summary>Ends the connection, and the child.</summary>
    public async ValueTask DisposeAsync()
    {
        await ForgetAsync();
        _gate.Dispose();
    }

    private async Task<(TunnelsLink?, Failure?)> ConnectAsync(CancellationToken cancellationToken)
    {
        if ((servicePath ?? (File.Exists(ServicePathDefault) ? ServicePathDefault : null)) is { } path)
            return await GreetAsync(ControlSocket.Connect(path), cancellationToken);
        if (!Environment.IsPrivilegedProcess) return (null, Refused($"this node may not make tunnels: {WhatToDo}"));
        if (!File.Exists(executable)) return (null, Refused($"the program {executable} is missing: build it with ./remotechain up"));

        string control = Path.Combine(socketDirectory, $"t{Interlocked.Increment(ref s_serial)}");
        using var listener = new ControlListener(control);
        var start = new ProcessStartInfo(executable, ["--control", control]);
        start.Environment["DOTNET_EnableDiagnostics"] = "0";
        _child = Process.Start(start)!;
        using var exited = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        _ = _child.WaitForExitAsync(exited.Token).ContinueWith(_ => exited.Cancel(), TaskContinuationOptions.OnlyOnRanToCompletion);
        return await GreetAsync(await listener.AcceptAsync(exited.Token), cancellationToken);
    }

    private async Task<(TunnelsLink?, Failure?)> GreetAsync(ControlSocket control, CancellationToken cancellationToken)
    {
        try
        {
            var (_, first) = await control.ReceiveAsync(cancellationToken);
            using (first)
            {
                switch (first)
                {
                    case TunnelsReady { Version: TunnelsReady.VersionNow }:
                        return (_link = new TunnelsLink(control), null);
                    case TunnelsReady other:
                        control.Dispose();
                        return (null, Refused($"the tunnels process speaks version {other.Version}, this node {TunnelsReady.VersionNow}: "
                            + "restart the one that is older"));
                    case Failed failed:
                        control.Dispose();
                        return (null, Refused($"{failed.Failure.Detail}; {WhatToDo}"));
                    default:
                        control.Dispose();
                        return (null, Refused("the process that keeps tunnels does not serve this user; see --peer in its unit"));
                }
            }
        }
        catch
        {
            control.Dispose();
            throw;
        }
    }

    private async Task ForgetAsync()
    {
        if (_link is { } link) await link.DisposeAsync();
        if (_child is { } child)
        {
            // Its socket is closed, so that it ends by itself; whatever it still does is not worth a wait.
            using var grace = new CancellationTokenSource(s_readyTimeout);
            try
            {
                await child.WaitForExitAsync(grace.Token);
            }
            catch (OperationCanceledException)
            {
                child.Kill();
            }

            child.Dispose();
        }

        (_link, _child) = (null, null);
    }

    private static Failure Refused(string why) => new(FailureStage.Dial, FailureCause.Unsupported, why);
}
