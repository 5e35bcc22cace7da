using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>What a script says about the client that it starts.</summary>
public enum MarkerState
{
    /// <summary>It waits for a line that says what to connect to.</summary>
    Asking,

    /// <summary>The client runs but covers the script's picture not yet.</summary>
    Connecting,
}

/// <summary>What was read from a picture.</summary>
/// <param name="Rows">The digits of the rows: whose marker it is.</param>
/// <param name="State">What the script is doing.</param>
/// <param name="Code">Exit code of the last client, 0 to 255; 0 before the first.</param>
public readonly record struct MarkerReading(string Rows, MarkerState State, int Code);

/// <summary>
/// The sign by which a script in a desktop talks to the gateway, because the picture is all that comes out of there: rows of text in
/// background colours, and below them one colour for the state. The rows are a secret of the node for this chain and layer: a page that
/// fills the screen of the desktop inside cannot know them, so it cannot have a password typed into itself.
/// </summary>
public sealed class Marker
{
    /// <summary>Rows of a marker: seven colours, no two neighbours the same, the last one with red, 30 bits.</summary>
    public const int RowsMax = 12;

    /// <summary>Bytes of the key that markers are made with.</summary>
    public const int KeyBytes = 32;

    // A row is a line of text: smaller is no letter, and a picture's gradient is not twelve times the same.
    private const int RowPixelsMin = 6;
    private const int RowPixelsApart = 2;
    private const int WordChars = 5;
    private const int ChannelBright = 0x70;
    private const int StatePixels = 64;

    // Black is none: screens are black by themselves. The colour of the state has little red and may have all the green and blue there is: it
    // joins the last row, unless that has red.
    private static readonly int[] s_colours = [1, 2, 3, 4, 5, 6, 7];
    private static readonly int[] s_lastColours = [1, 3, 5, 7];

    private Marker(string rows) => Rows = rows;

    /// <summary>The digits of the rows, as ANSI counts colours (1 red, 2 green, 4 blue, and sums).</summary>
    public string Rows { get; }

    /// <summary>What a line for this script begins with, so that it does not take anything else for one.</summary>
    public string Word => Rows[..WordChars];

    /// <summary>The marker of a chain's layer.</summary>
    /// <param name="key">The node's.</param>
    /// <param name="chain">Name of the chain.</param>
    /// <param name="layer">The layer, as people see it.</param>
    public static Marker Of(ReadOnlySpan<byte> key, string chain, string layer)
    {
        Span<byte> hash = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key, Encoding.UTF8.GetBytes($"{chain}\n{layer}"), hash);
        var rows = new StringBuilder(RowsMax);
        int last = 0;
        for (int i = 0; i < RowsMax; i++)
        {
            int[] colours = [.. (i == RowsMax - 1 ? s_lastColours : s_colours).Where(colour => colour != last)];
            last = colours[hash[i] % colours.Length];
            rows.Append((char)('0' + last));
        }

        return new Marker(rows.ToString());
    }

    /// <summary>Reads the pixels of one column of the screen, from top to bottom. They come from a host and may be anything.</summary>
    public static bool TryRead(ReadOnlySpan<uint> column, out MarkerReading reading)
    {
        reading = default;
        Span<char> rows = stackalloc char[RowsMax];
        int found = 0, length = 0;
        for (int start = 0; start < column.Length;)
        {
            int colour = ColourOf(column[start]);
            int end = start + 1;
            while (end < column.Length && ColourOf(column[end]) == colour)
            {
                end++;
            }

            int run = end - start;
            start = end;
            if (colour == 0 || run < RowPixelsMin || (found > 0 && Math.Abs(run - length) > RowPixelsApart))
            {
                // This run may still be the first of the real ones.
                found = 0;
            }

            if (colour == 0 || run < RowPixelsMin)
            {
                continue;
            }

            length = run;
            rows[found++] = (char)('0' + colour);
            if (found == RowsMax)
            {
                return TryReadState(column[end..], rows, out reading);
            }
        }

        return false;
    }

    private static bool TryReadState(ReadOnlySpan<uint> below, ReadOnlySpan<char> rows, out MarkerReading reading)
    {
        reading = default;
        if (below.Length < StatePixels)
        {
            return false;
        }

        // Messages of the client may stand there: what most of the pixels say.
        uint pixel = below[^1];
        int best = 0;
        foreach (uint candidate in below[^StatePixels..])
        {
            int count = below[^StatePixels..].Count(candidate);
            (pixel, best) = count > best ? (candidate, count) : (pixel, best);
        }

        int state = Step(pixel >> 16), code = (Step(pixel >> 8) << 4) | Step(pixel);
        if (state > 2)
        {
            return false;
        }

        reading = new MarkerReading(rows.ToString(), state == 2 ? MarkerState.Connecting : MarkerState.Asking, code);
        return true;
    }

    /// <summary>A channel of 0x00, 0x10 … 0xF0, as well as a lossy codec has left it.</summary>
    private static int Step(uint channel) => Math.Min(15, (int)((channel & 0xFF) + 8) >> 4);

    /// <summary>By the bright channels: terminals differ in what they call red, but not in this.</summary>
    private static int ColourOf(uint pixel) =>
        (((pixel >> 16) & 0xFF) >= ChannelBright ? 1 : 0) | (((pixel >> 8) & 0xFF) >= ChannelBright ? 2 : 0) | ((pixel & 0xFF) >= ChannelBright ? 4 : 0);
}
