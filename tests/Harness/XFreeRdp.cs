using System.Diagnostics;

namespace RemoteChain.Harness;

/// <summary>The ordinary client <c>xfreerdp3</c>, full screen on a display of its own. Arguments reach it through a pipe, so that no
/// password stands on a command line.</summary>
public sealed class XFreeRdp : IDisposable
{
    private readonly Process _client;
    private readonly List<string> _log = [];

    private XFreeRdp(Process client) => _client = client;

    /// <summary>What the client has said so far.</summary>
    public string Log
    {
        get
        {
            lock (_log)
            {
                return string.Join('\n', _log);
            }
        }
    }

    /// <summary>Whether it has ended.</summary>
    public bool HasExited => _client.HasExited;

    /// <summary>Starts the client.</summary>
    public static XFreeRdp Start(XDisplay display, string server, string user, string password, params string[] options)
    {
        var start = new ProcessStartInfo("xfreerdp3", ["/args-from:stdin"])
        {
            RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        start.Environment["DISPLAY"] = display.Name;
        start.Environment["HOME"] = Path.GetTempPath();
        var client = new XFreeRdp(Process.Start(start)!);
        client._client.OutputDataReceived += client.Keep;
        client._client.ErrorDataReceived += client.Keep;
        client._client.BeginOutputReadLine();
        client._client.BeginErrorReadLine();
        string[] arguments = [$"/v:{server}", $"/u:{user}", $"/p:{password}", "/cert:ignore", "-decorations", "/log-level:WARN", .. options];
        client._client.StandardInput.Write(string.Join('\n', arguments) + "\n");
        client._client.StandardInput.Close();
        return client;
    }

    /// <summary>Waits until the client has gone; false when it is still there.</summary>
    public async Task<bool> WaitForExitAsync(TimeSpan timeout)
    {
        using var expired = new CancellationTokenSource(timeout);
        try
        {
            await _client.WaitForExitAsync(expired.Token);
            return true;
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    /// <summary>Ends the client as a cut cable would.</summary>
    public void Dispose()
    {
        if (!_client.HasExited)
        {
            _client.Kill();
            _client.WaitForExit();
        }

        _client.Dispose();
    }

    private void Keep(object sender, DataReceivedEventArgs line)
    {
        lock (_log)
        {
            if (line.Data is not null && _log.Count < 1000)
            {
                _log.Add(line.Data);
            }
        }
    }
}
