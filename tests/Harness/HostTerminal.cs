using System.Text;

namespace RemoteChain.Harness;

/// <summary>
/// The terminal of a user's session on a lab host as a witness: once told to, it writes down every byte that its program gets, which is what was
/// typed and, as xterm reports them (SGR, mode 1006), buttons, wheel and drags of the mouse over it.
/// </summary>
public sealed class HostTerminal
{
    private const string Begin = "stty raw -echo; printf '\\033[?1002h\\033[?1006h'; cat > ~/got\n";

    private readonly string[] _inside;
    private readonly string _file;
    private int _seen;

    /// <summary>Of a user whose session runs.</summary>
    public HostTerminal(Lab lab, string host, string user) => (_inside, _file) = (Selection.Inside(lab, host, user), $"/home/{user}/got");

    /// <summary>
    /// Makes it write down. A picture is there before the terminal in it, so what is typed first may go nowhere: it is typed again until it
    /// has come to something.
    /// </summary>
    public async Task BeginAsync(Func<string, Task> type)
    {
        for (int i = 0; i < 6; i++)
        {
            await type(Begin);
            for (int waits = 0; waits < 40; waits++)
            {
                await Task.Delay(100);
                if (await TryReadAsync() is not null)
                {
                    // What was typed once more in vain is no answer to anything.
                    await Task.Delay(500);
                    _seen = (await TryReadAsync())?.Length ?? 0;
                    return;
                }
            }
        }

        throw new TimeoutException("the terminal at the host does not write down what it gets");
    }

    /// <summary>What came since the last call, once it is what is expected or the time is over. Bytes as Latin-1; ESC as <c>^[</c>.</summary>
    public async Task<string> TakeAsync(Func<string, bool> isExpected)
    {
        string got = "";
        string all = "";
        for (int i = 0; i < 50; i++)
        {
            all = await TryReadAsync() ?? "";
            got = all[Math.Min(_seen, all.Length)..].Replace("\u001b", "^[", StringComparison.Ordinal);
            if (isExpected(got))
            {
                break;
            }

            await Task.Delay(100);
        }

        _seen = all.Length;
        return got;
    }

    private async Task<string?> TryReadAsync()
    {
        try
        {
            return Encoding.Latin1.GetString(Convert.FromBase64String(await Shell.RunAsync(_inside[0], [.. _inside[1..], "base64", "-w0", _file])));
        }
        catch (InvalidOperationException)
        {
            return null;
        }
    }
}
