using System.Diagnostics;
using Microsoft.Playwright;
using RemoteChain.Surface;

namespace RemoteChain.Harness;

/// <summary>
/// A session's desktop in a page of the distribution's Chromium, opened by the portal's own script and driven from outside: keys are given to
/// the page as a person's would be, and the page's own clock says when the picture had changed.
/// </summary>
public sealed class BrowserDesktop : IAsyncDisposable
{
    // Runs in the page. What is measured is in it: from the event of a key to the first picture on the canvas after it.
    private const string Script = """
        async ([width, height, fit, session, viewOnly, token, clipboard]) => {
          const { open } = await import('/client/desktop.js');
          const style = document.createElement('link');
          style.rel = 'stylesheet';
          style.href = '/client/desktop.css';
          document.head.append(style);
          const place = document.createElement('div');
          place.style.cssText = `position:fixed;inset:0;width:${width}px;height:${height}px`;
          const canvas = document.createElement('canvas');
          place.append(canvas);
          document.body.replaceChildren(place);
          const bench = window.bench = { frames: 0, bytes: 0, changes: 0, state: 'connecting', sentence: '', waiting: undefined };
          bench.desktop = open(canvas, {
            ticket: async () => {
              const answer = await fetch(`/api/v1/sessions/${session}/ticket`, {
                method: 'POST', headers: { 'Authorization': `Bearer ${token}`, 'Content-Type': 'application/json' },
                body: JSON.stringify({ viewOnly }),
              });
              if (!answer.ok) throw new Error(`no ticket: ${answer.status}`);
              return (await answer.json()).text;
            },
            fit, clipboard, client: 'bench',
            onState: (state, sentence) => Object.assign(bench, { state, sentence }),
            onDrawn: (frame, at, bytes) => {
              bench.frames++;
              bench.bytes += bytes;
              const waiting = bench.waiting;
              bench.waiting = undefined;
              waiting?.(at);
            },
            onShown: print => {
              bench.changes += print === bench.print ? 0 : 1;
              bench.print = print;
            },
          });
          const key = (name, code) => document.querySelector('.rc-keys').dispatchEvent(
            new KeyboardEvent(name, { code, key: 'x', bubbles: true, cancelable: true }));
          bench.press = code => new Promise(done => {
            const limit = setTimeout(() => { bench.waiting = undefined; done(-1); }, 2000);
            const pressed = performance.timeOrigin + performance.now();
            bench.waiting = at => { clearTimeout(limit); done(at - pressed); };
            key('keydown', code);
          });
          bench.release = code => key('keyup', code);
          bench.shown = async () => {
            const blob = await bench.desktop.snapshot();
            const bitmap = await createImageBitmap(blob);
            const copy = new OffscreenCanvas(bitmap.width, bitmap.height);
            const context = copy.getContext('2d');
            context.drawImage(bitmap, 0, 0);
            return { width: bitmap.width, height: bitmap.height, data: context.getImageData(0, 0, bitmap.width, bitmap.height).data };
          };
          bench.pixels = async () => {
            const shown = await bench.shown();
            let text = '';
            for (let i = 0; i < shown.data.length; i += 32768) text += String.fromCharCode(...shown.data.subarray(i, i + 32768));
            return { width: shown.width, height: shown.height, rgba: btoa(text) };
          };
        }
        """;

    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(40);

    private readonly IPage _page;
    private readonly List<string> _said = [];

    private BrowserDesktop(IPage page)
    {
        _page = page;
        page.Console += (_, message) => _said.Add(message.Text);
        page.PageError += (_, error) => _said.Add(error);
    }

    /// <summary>What the page has written to its console.</summary>
    public IReadOnlyList<string> Said => _said;

    /// <summary>The page.</summary>
    public IPage Page => _page;

    /// <summary>Opens a session's desktop in a page of its own.</summary>
    /// <param name="browser">The browser.</param>
    /// <param name="node">Whose session it is.</param>
    /// <param name="session">The session's id.</param>
    /// <param name="width">Of its place, in the page's own pixels.</param>
    /// <param name="height">Likewise.</param>
    /// <param name="viewOnly">Only look.</param>
    /// <param name="resize">Let the desktop take the size of its place.</param>
    /// <param name="port">Through another port of this machine than the node's.</param>
    /// <param name="ratio">Pixels of the screen for one of the page.</param>
    /// <param name="hasTouch">A screen that can be touched.</param>
    /// <param name="clipboard">Pass text between the clipboards.</param>
    /// <param name="prepare">Done to the page before the desktop is opened.</param>
    public static async Task<BrowserDesktop> OpenAsync(
        IBrowser browser, NodeProcess node, string session, int width = 1024, int height = 768, bool viewOnly = false, bool resize = false,
        int? port = null, float ratio = 1, bool hasTouch = false, bool clipboard = false, Func<IPage, Task>? prepare = null)
    {
        var context = await browser.NewContextAsync(new() { BaseURL = port is { } other ? $"http://127.0.0.1:{other}" : node.Url, ViewportSize = new() { Width = width, Height = height }, DeviceScaleFactor = ratio, HasTouch = hasTouch });
        var page = await context.NewPageAsync();
        var desktop = new BrowserDesktop(page);
        // Any page of the node: its policy lets the desktop's script run, and nothing of another origin.
        await page.GotoAsync("/sign-in");
        if (prepare is not null)
        {
            await prepare(page);
        }

        await page.EvaluateAsync(Script, new object[]
        {
            width, height, resize ? "resize" : "scale", session, viewOnly, node.Api.DefaultRequestHeaders.Authorization!.Parameter!, clipboard,
        });
        return desktop;
    }

    /// <summary>Waits until the desktop is live and has been drawn.</summary>
    public Task WaitUntilLiveAsync() => WaitForAsync("bench.state === 'live' && bench.frames > 0");

    /// <summary>Waits until an expression is true in the page. Asked from outside: the page's policy lets nothing be evaluated inside of it.</summary>
    public async Task WaitForAsync(string expression)
    {
        for (long started = Stopwatch.GetTimestamp(); !await _page.EvaluateAsync<bool>($"() => {expression}"); await Task.Delay(20))
        {
            if (Stopwatch.GetElapsedTime(started) > s_patience)
            {
                throw new TimeoutException($"not within {s_patience.TotalSeconds} s: {expression}; the desktop is {await StateAsync()}; the page said: {string.Join(" | ", _said)}");
            }
        }
    }

    /// <summary>Presses a key (KeyboardEvent.code). Milliseconds until the picture had changed; -1 when it did not.</summary>
    public Task<double> PressAsync(string code) => _page.EvaluateAsync<double>("code => bench.press(code)", code);

    /// <summary>Releases a key.</summary>
    public Task ReleaseAsync(string code) => _page.EvaluateAsync("code => bench.release(code)", code);

    /// <summary>Types text as characters.</summary>
    public Task TypeAsync(string text) => _page.EvaluateAsync("text => bench.desktop.type(text)", text);

    /// <summary>Clicks into the desktop.</summary>
    public Task ClickAsync(int x, int y) => _page.Mouse.ClickAsync(x, y);

    /// <summary>Frames drawn and bytes received so far.</summary>
    public async Task<(long Frames, long Bytes)> CountsAsync()
    {
        double[] counts = await _page.EvaluateAsync<double[]>("() => [bench.frames, bench.bytes]");
        return ((long)counts[0], (long)counts[1]);
    }

    /// <summary>Counts from now on how often what is to be seen at a place of the canvas has changed, as a screen with 60 pictures a second shows it.</summary>
    public Task WatchAsync(SurfaceRectangle place) =>
        _page.EvaluateAsync("([x, y, width, height]) => bench.desktop.watch({ x, y, width, height })", new[] { place.X, place.Y, place.Width, place.Height });

    /// <summary>How often it has.</summary>
    public async Task<long> ChangesAsync() => (long)await _page.EvaluateAsync<double>("() => bench.changes");

    /// <summary>Waits until nothing was drawn for a while.</summary>
    public async Task SettleAsync(TimeSpan quiet, TimeSpan timeout)
    {
        using var limit = new CancellationTokenSource(timeout);
        for (long before = -1, now = 0; before != now && !limit.IsCancellationRequested;)
        {
            before = now;
            await Task.Delay(quiet);
            now = (await CountsAsync()).Frames;
        }
    }

    /// <summary>The picture on the canvas.</summary>
    public async Task<Picture> CaptureAsync()
    {
        var shown = (await _page.EvaluateAsync("() => bench.pixels()"))!.Value;
        byte[] rgba = Convert.FromBase64String(shown.GetProperty("rgba").GetString()!);
        int[] pixels = new int[rgba.Length / 4];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = (rgba[i * 4] << 16) | (rgba[(i * 4) + 1] << 8) | rgba[(i * 4) + 2];
        }

        return new Picture(shown.GetProperty("width").GetInt32(), shown.GetProperty("height").GetInt32(), pixels);
    }

    /// <summary>What the desktop says of itself: state and sentence.</summary>
    public async Task<(string State, string Sentence)> StateAsync()
    {
        string[] told = await _page.EvaluateAsync<string[]>("() => [bench.state, bench.sentence]");
        return (told[0], told[1]);
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await _page.Context.CloseAsync();
}
