using System.Diagnostics;
using System.Text;
using RemoteChain.Gateway.Sessions.Nested;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Tests.Sessions.Nested;

public sealed class TemplateDocumentTests
{
    static NestedTemplate Shipped(string text)
    {
        var (template, errors) = TemplateDocument.Parse(text);
        Assert.Empty(errors);
        return template!;
    }

    public static TheoryData<string> AllShipped => [.. ShippedTemplates.All];

    [Theory]
    [MemberData(nameof(AllShipped))]
    public void Parse_Shipped_IsValidAndItsShellFits(string text)
    {
        var template = Shipped(text);

        Assert.InRange(template.ShellFor(Marker.Of(new byte[32], "chain", "layer")).Length, 1, NestedPlan.ShellCharsMax);
    }

    public static TheoryData<string, string> Mistakes => new()
    {
        { "name: a\nshell: x {rows}\n", "line 1, column 1: `typed` must be a list of 1 to 32 lines" },
        { "name: a\nshell: x\ntyped: [/v]\n",
            "line 2, column 8: `shell` must be one line that has {rows} and is, with them in it, at most 255 characters long" },
        { $"name: a\nshell: '{{rows}}{new string('x', 233)}'\ntyped: [/v]\n",
            "line 2, column 8: `shell` must be one line that has {rows} and is, with them in it, at most 255 characters long" },
        { "name: a\nshell: x {rows}\ntyped: ['/v:{hots}']\n",
            "line 3, column 9: `hots` is no placeholder; there are `address`, `host`, `port`, `user`, `domain`, `account`, `password`, "
                + "`certificate`, `keyboard`, `shell`, each in braces" },
        { "name: a\nshell: x {rows}\ntyped: ['/v']\nexit-codes: {1: sad}\n",
            "line 4, column 14: `exit-codes` has an exit code from 0 to 255 and a cause such as wrong-credentials" },
        { "name: a\nshell: x {rows}\ntyped: ['/v']\nkeys-outside: [ctrl+q]\n", $"line 4, column 16: `ctrl+q` is no chord; {KeyChord.Rule}" },
        { "name: a\nshell: x {rows}\ntyped: ['/v']\nkeys: 1\n",
            "line 4, column 1: `keys` is not a key of a template; it has `name`, `description`, `shell`, `quoting`, `typed`, `exit-codes`, "
                + "`keys-inside`, `keys-outside`" },
        { "- a\n", "line 1, column 1: a template is keys with values, not a list" },
    };

    [Theory]
    [MemberData(nameof(Mistakes))]
    public void Parse_Mistake_IsToldWithItsPlace(string document, string expected) =>
        Assert.Contains(expected, TemplateDocument.Parse(document).Errors.Select(error => error.ToString()));

    [Fact]
    public void Fill_NoUserAndNoShell_LeavesTheirLinesOut()
    {
        var values = new TemplateValues("fe80::1", 3390, "", "", "", "tofu", 0x407, "");

        Assert.Equal("/v:[fe80::1]:3390\n/cert:tofu\n/kbd:layout:0x00000407\n/f\n/log-level:off\n",
            Encoding.UTF8.GetString(Shipped(ShippedTemplates.XFreeRdp).Fill(values)));
    }

    // The whole way of a foreign text: into the template, into keys, through a real shell's printf, and out as the client's arguments.
    [Fact]
    public void Fill_AnyText_ArrivesAsOneArgumentAndNothingElse()
    {
        foreach (string text in AnyText.Some(60)) Arrives(text, text + "'");
    }

    static void Arrives(string password, string shell)
    {
        string[] foreign = [Plain(password), Plain(shell)];
        var values = new TemplateValues("h", 1, "", "", foreign[0], "tofu", 0x409, foreign[1]);
        byte[] text = Shipped(ShippedTemplates.XFreeRdp).Fill(values);

        string arrived = Printf(Encoding.ASCII.GetString(Keystroke.Octal(text)));

        string[] expected =
        [
            "/v:h:1", .. foreign[0].Length > 0 ? [$"/p:{foreign[0]}"] : Array.Empty<string>(), "/cert:tofu", "/kbd:layout:0x00000409",
            .. foreign[1].Length > 0 ? [$"/shell:{foreign[1]}"] : Array.Empty<string>(), "/f", "/log-level:off", "",
        ];
        Assert.Equal(expected, arrived.Split('\n'));
    }

    [Fact]
    public void Fill_PowerShell_NoForeignSignIsEverOutsideOfQuotes()
    {
        foreach (string text in AnyText.Some(500)) IsQuoted(text);
    }

    static void IsQuoted(string password)
    {
        var values = new TemplateValues("h", 1, "u", "", password, "tofu", 0x409, "");
        string line = Encoding.UTF8.GetString(Shipped(ShippedTemplates.Mstsc).Fill(values)).Split('\n')[2];

        const string Before = "$x=ConvertTo-SecureString ", After = " -AsPlainText -Force|ConvertFrom-SecureString";
        string value = line[Before.Length..^After.Length];
        Assert.Matches(@"^\(''(\+'[A-Za-z0-9 .:/_\[\]-]+'|\+\[char\][0-9]+)*\)$", value);
    }

    [Theory]
    [InlineData(132, FailureCause.WrongCredentials, FailureStage.SignIn)]
    [InlineData(140, FailureCause.NameUnknown, FailureStage.Dial)]
    [InlineData(145, FailureCause.ConnectionLost, FailureStage.Run)]
    public void FailureOf_Code_HasACauseAndItsStage(int code, FailureCause cause, FailureStage stage)
    {
        var failure = Shipped(ShippedTemplates.XFreeRdp).FailureOf(code);

        Assert.Equal((cause, stage), (failure.Cause, failure.Stage));
    }

    static string Plain(string text) => string.Concat(text.Where(letter => letter is not ('\n' or '\r' or '\0') && !char.IsSurrogate(letter)));

    static string Printf(string octal)
    {
        var start = new ProcessStartInfo("sh", ["-c", "read -r t p; printf %b \"$p\""]) { RedirectStandardInput = true, RedirectStandardOutput = true };
        using var shell = Process.Start(start)!;
        shell.StandardInput.Write($"12345 {octal}\n");
        shell.StandardInput.Close();
        using var reader = new StreamReader(shell.StandardOutput.BaseStream, new UTF8Encoding(false));
        string text = reader.ReadToEnd();
        shell.WaitForExit();
        return text;
    }
}
