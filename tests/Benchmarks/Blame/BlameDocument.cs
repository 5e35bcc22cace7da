using System.Globalization;
using System.Text;
using RemoteChain.Harness;

namespace RemoteChain.Benchmarks.Blame;

/// <summary>A campaign's figures for people, with the day and the conditions: a page under <c>docs/campaigns</c>.</summary>
public static class BlameDocument
{
    /// <summary>What a campaign was run under.</summary>
    /// <param name="Began">When.</param>
    /// <param name="Took">How long.</param>
    /// <param name="Command">The words behind <c>./remotechain</c>.</param>
    /// <param name="Samples">Keys a side.</param>
    /// <param name="Planned">Runs of the plan that this lab can carry out.</param>
    /// <param name="Sessions">Sessions side by side.</param>
    /// <param name="LoadBefore">The machine's load before it began, see proc(5).</param>
    public sealed record Conditions(DateTimeOffset Began, TimeSpan Took, string Command, int Samples, int Planned, int Sessions, string LoadBefore);

    /// <summary>Writes the page and answers where.</summary>
    public static string Write(IReadOnlyList<BlameScore> scores, UnexplainedRest rest, UndisturbedSpans undisturbed, Conditions conditions, string? name)
    {
        string folder = Directory.CreateDirectory(Path.Combine(Repository.Root, "docs", "campaigns")).FullName;
        string file = Path.Combine(folder, $"{conditions.Began:yyyy-MM-dd}-{name ?? "blame"}.md");
        File.WriteAllText(file, Of(scores, rest, undisturbed, conditions));
        return file;
    }

    private static string Of(IReadOnlyList<BlameScore> scores, UnexplainedRest rest, UndisturbedSpans undisturbed, Conditions conditions)
    {
        var page = new StringBuilder();
        var faults = scores.Where(score => score.Run.Plan.Kind == RunKind.Fault).ToList();
        page.AppendLine(Line($"# Who was blamed, {conditions.Began:yyyy-MM-dd}")).AppendLine();
        page.AppendLine(Line($"`./remotechain {conditions.Command}`, begun {conditions.Began:yyyy-MM-dd HH:mm} UTC, {conditions.Took.TotalMinutes:0} minutes. What the words mean: [the campaign](../latency.md#the-campaign)."));
        page.AppendLine(Line($"{conditions.Samples} keys a side, {conditions.Sessions} sessions side by side, {scores.Count} of {conditions.Planned} planned runs, in random order."));
        page.AppendLine(Line($"{Environment.ProcessorCount} processors ({Processor()}), Linux {Environment.OSVersion.Version}, load before: {conditions.LoadBefore}.")).AppendLine();
        Totals(page, scores, faults, rest, undisturbed);
        Cells(page, faults);
        Misses(page, scores, undisturbed);
        return page.ToString();
    }

    private static void Totals(StringBuilder page, IReadOnlyList<BlameScore> scores, List<BlameScore> faults, UnexplainedRest rest, UndisturbedSpans undisturbed)
    {
        page.AppendLine("| | runs | named | set named | layer named |").AppendLine("| --- | --- | --- | --- | --- |");
        foreach (var (what, some) in ((string, Func<BlameScore, bool>)[])[
            ("all faults", _ => true), ("idle, 2 ms, constant", score => IsGoal(score, "idle")), ("busy, 2 ms, constant", score => IsGoal(score, "busy")),
            ("idle", score => score.Run.Plan.Load == "idle"), ("busy", score => score.Run.Plan.Load == "busy")])
        {
            var of = faults.Where(some).ToList();
            if (of.Count == 0) continue;
            page.AppendLine(Line($"| {what} | {of.Count} | {of.Count(score => score.Named)} | {of.Count(score => score.SetNamed)} | {of.Count(score => score.LayerNamed)} |"));
        }

        page.AppendLine();
        foreach (var (what, kind) in ((string, RunKind)[])[("Shams", RunKind.Sham), ("Faults that only probes feel", RunKind.ProbePath)])
        {
            var of = scores.Where(score => score.Run.Plan.Kind == kind).ToList();
            page.AppendLine(Line($"{what}: {of.Count} runs, {of.Sum(BlameReport.Hours):0.00} hours of keys, {of.Sum(score => score.Alarms)} alarms, {of.Sum(score => score.Suspects)} suspects."));
        }

        page.AppendLine(Line($"Spans without a fault, each with others of its session: {undisturbed.Comparisons} comparisons, {undisturbed.Alarms} alarms, {undisturbed.Suspects} suspects. At one comparison a minute that is {undisturbed.SessionHours:0.0} hours of a session."));
        page.AppendLine(Line($"Unexplained against the client outside: median {rest.Millis:0.000} ms, {rest.Share * 100:0.0} % of the total, 95 of 100 within {rest.Millis95:0.00} ms, {rest.Count} keys.")).AppendLine();
    }

    private static bool IsGoal(BlameScore score, string load) =>
        score.Run.Plan.Load == load && score.Run.Plan.Faults is [{ DelayMillis: 2, Shape: "constant" }];

    private static void Cells(StringBuilder page, List<BlameScore> faults)
    {
        page.AppendLine("| road | places | ms | shape | load | runs | named | layer | size off by, ms | leakage | of stages | samples |");
        page.AppendLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
        foreach (var cell in BlameCell.Of(faults))
        {
            page.AppendLine(Line($"| {cell.Road} | {string.Join(" + ", cell.Layers)} | {cell.DelayMs} | {cell.Shape} | {cell.Load} | {cell.Runs} | {cell.Named} | {cell.LayerNamed} | {cell.SizeErrorMs:0.00} | {cell.Leakage:0.00} | {cell.StageLeakage:0.00} | {cell.Samples} |"));
        }
    }

    private static void Misses(StringBuilder page, IReadOnlyList<BlameScore> scores, UndisturbedSpans undisturbed)
    {
        var wrong = scores.Where(score => !score.IsRight).ToList();
        page.AppendLine().AppendLine(wrong.Count == 0 ? "Every verdict was right." : "What was said where the verdict was not right:").AppendLine();
        foreach (string said in undisturbed.Said) page.AppendLine(Line($"* No fault, {said}"));
        foreach (var score in wrong) page.AppendLine(Line($"* {score.Run.Plan}: {(score.Verdict.Length == 0 ? "nothing" : score.Verdict)}"));
    }

    private static string Processor() =>
        File.ReadLines("/proc/cpuinfo").FirstOrDefault(line => line.StartsWith("model name", StringComparison.Ordinal))?.Split(':')[1].Trim() ?? "unknown";

    private static string Line(FormattableString text) => text.ToString(CultureInfo.InvariantCulture);
}
