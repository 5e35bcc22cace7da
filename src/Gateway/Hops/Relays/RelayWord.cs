using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// A sentence between two nodes, beside the bytes: a verb and what it needs, separated by single spaces, as one WebSocket text message of
/// printable ASCII. docs/relay-protocol.md lists them.
/// </summary>
/// <param name="Verb">What is said.</param>
/// <param name="Rest">What stands after the verb; may be empty.</param>
public readonly record struct RelayWord(string Verb, string Rest = "")
{
    /// <summary>The requester wants a connection: <c>open GRANT</c>.</summary>
    public const string Open = "open";

    /// <summary>It stands; bytes follow in both directions.</summary>
    public const string Opened = "opened";

    /// <summary>It does not: <c>refused CAUSE SENTENCE</c>. The last word.</summary>
    public const string Refused = "refused";

    /// <summary>No more bytes come in this direction.</summary>
    public const string End = "end";

    /// <summary>The connection beyond broke: <c>broken SENTENCE</c>. The last word.</summary>
    public const string Broken = "broken";

    /// <summary>Asks for an answer at once: <c>echo NUMBER</c>.</summary>
    public const string Echo = "echo";

    /// <summary>That answer: <c>echoed NUMBER INSIDENANOS</c>, and THROUGHNANOS where bytes have passed.</summary>
    public const string Echoed = "echoed";

    /// <summary>To a node that waits: dial out and say <see cref="Answer"/> with this: <c>dial TICKET</c>.</summary>
    public const string Dial = "dial";

    /// <summary>From a node that was told to dial: <c>answer TICKET</c>.</summary>
    public const string Answer = "answer";

    /// <summary>From a node that offers itself as a relay and keeps this connection: <c>wait</c>.</summary>
    public const string Wait = "wait";

    /// <summary>It is known from now on that it waits.</summary>
    public const string Waiting = "waiting";

    /// <summary>From a node that has a code: <c>enrol PROOF</c>.</summary>
    public const string Enrol = "enrol";

    /// <summary>It is enrolled; the other's proof: <c>enrolled PROOF</c>.</summary>
    public const string Enrolled = "enrolled";

    private const int SentenceCharsMax = 400;

    /// <summary>A refusal.</summary>
    public static RelayWord Refusal(FailureCause cause, string sentence) => new(Refused, $"{cause.Text()} {Plain(sentence)}");

    /// <summary>The connection beyond broke.</summary>
    public static RelayWord Break(string sentence) => new(Broken, Plain(sentence));

    /// <summary>Reads one from a text message; false when no node says such a thing.</summary>
    public static bool TryRead(ReadOnlySpan<byte> message, out RelayWord word)
    {
        word = default;
        if (message.IsEmpty || message.Length > FrameHeader.WordLengthMax || message.ContainsAnyExceptInRange((byte)' ', (byte)'~'))
        {
            return false;
        }

        int space = message.IndexOf((byte)' ');
        var verb = space < 0 ? message : message[..space];
        if (verb.IsEmpty || verb.ContainsAnyExceptInRange((byte)'a', (byte)'z'))
        {
            return false;
        }

        word = new RelayWord(Encoding.ASCII.GetString(verb), space < 0 ? "" : Encoding.ASCII.GetString(message[(space + 1)..]));
        return true;
    }

    /// <summary>Why the far node refused.</summary>
    public static bool TryReadRefusal(RelayWord word, out FailureCause cause, [NotNullWhen(true)] out string? sentence)
    {
        (cause, sentence) = (default, null);
        if (word.Verb != Refused)
        {
            return false;
        }

        string[] parts = word.Rest.Split(' ', 2);
        if (parts.Length < 2 || !FailureText.TryParse(parts[0], out cause))
        {
            return false;
        }

        sentence = parts[1];
        return true;
    }

    /// <summary>The numbers of <see cref="Echoed"/>.</summary>
    public static bool TryReadEchoed(string rest, out EchoAnswer answer)
    {
        answer = default;
        string[] parts = rest.Split(' ', 4);
        if (parts.Length is < 2 or > 3 || !TryNumber(parts[0], out long number) || !TryNumber(parts[1], out long inside))
        {
            return false;
        }

        long through = 0;
        if (parts.Length == 3 && !TryNumber(parts[2], out through))
        {
            return false;
        }

        answer = new EchoAnswer(number, inside, parts.Length == 3 ? through : null);
        return true;
    }

    /// <inheritdoc/>
    public override string ToString() => Rest.Length == 0 ? Verb : $"{Verb} {Rest}";

    private static bool TryNumber(string text, out long number) => long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out number);

    /// <summary>Other nodes' sentences are shown to people: what is not printable ASCII becomes a question mark.</summary>
    private static string Plain(string sentence)
    {
        string part = sentence.Length > SentenceCharsMax ? sentence[..SentenceCharsMax] : sentence;
        return string.Create(part.Length, part, static (into, from) =>
        {
            for (int i = 0; i < into.Length; i++)
            {
                into[i] = from[i] is >= ' ' and <= '~' ? from[i] : '?';
            }
        });
    }
}

/// <summary>What a relay says to an echo.</summary>
/// <param name="Number">The question's.</param>
/// <param name="InsideNanos">From the question's bytes out of the kernel to this answer's into it.</param>
/// <param name="ThroughNanos">How long the connection's bytes were inside lately, both directions together; null when there were none.</param>
public readonly record struct EchoAnswer(long Number, long InsideNanos, long? ThroughNanos);
