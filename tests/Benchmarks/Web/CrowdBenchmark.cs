using Microsoft.Playwright;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Web;

/// <summary>Many browsers at once, each with a session of its own that repaints once a second: is one that somebody types into still quick?</summary>
internal static class CrowdBenchmark
{
    private const string Host = "desk-1";
    private const int PressesEach = 12;

    /// <summary>Opens them, starts a clock in each, and types into one after the other.</summary>
    public static async Task<object> RunAsync(Lab lab, IBrowser browser, int count)
    {
        await using var node = await NodeProcess.StartPortalAsync();
        var pages = new List<BrowserDesktop>();
        var quiet = TimeSpan.FromMilliseconds(300);
        for (int i = 1; i <= count; i++)
        {
            string user = $"u{i + 10:00}";
            string session = await PortalBenchmark.OpenSessionAsync(node, lab, $"crowd-{i}", user);
            var page = await BrowserDesktop.OpenAsync(browser, node, session);
            pages.Add(page);
            await page.WaitUntilLiveAsync();
            await page.SettleAsync(quiet, TimeSpan.FromSeconds(5));
            await page.ClickAsync(300, 300);
            await page.TypeAsync("PS1='$ '; clear\n");
            await lab.CommandAsync("run", Host, user, "clock");
            BenchmarkOptions.Say($"{i} of {count} browsers");
        }

        foreach (var page in pages)
        {
            // The clock's window may have taken the keyboard.
            await page.ClickAsync(500, 400);
        }

        await Task.Delay(TimeSpan.FromSeconds(3));
        List<long> nanos = [];
        int missed = 0;
        var random = new Random(1);
        for (int i = 0; i < count * PressesEach; i++)
        {
            var page = pages[random.Next(pages.Count)];
            string code = i % 2 == 0 ? "KeyX" : "KeyY";
            double took = await page.PressAsync(code);
            await page.ReleaseAsync(code);
            if (took >= 0)
            {
                nanos.Add((long)(took * 1e6));
            }
            else
            {
                missed++;
            }

            await Task.Delay(random.Next(20, 60));
        }

        foreach (var page in pages)
        {
            await page.DisposeAsync();
        }

        return new { count, keyToCanvas = Quantiles.Of(nanos), missed };
    }
}
