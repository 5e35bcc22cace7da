namespace RemoteChain.Harness;

/// <summary>
/// Reads a terminal's text from its picture, letter by letter, by comparing each cell with what the letters looked like when they were typed.
/// Needs an xterm with the keyboard that stands at an empty line after "$ ", and letters of one width.
/// </summary>
public sealed class TerminalText
{
    /// <summary>What it can read.</summary>
    public const string Letters = "abcdefghijklmnopqrstuvwxyz";

    private readonly Dictionary<char, int[]> _letters = [];
    private int _x;
    private int _y;
    private int _width;
    private int _height;

    /// <summary>
    /// Learns where the cells are. The first letter changes two of them whole: the one in which the cursor was, and the one to which it went.
    /// </summary>
    /// <param name="before">The terminal at an empty prompt.</param>
    /// <param name="after">The same with one letter typed.</param>
    public void LearnCells(Picture before, Picture after)
    {
        int left = before.Width, top = before.Height, right = 0, bottom = 0;
        for (int i = 0; i < before.Pixels.Length; i++)
        {
            if (before.Pixels[i] == after.Pixels[i])
            {
                continue;
            }

            var (x, y) = (i % before.Width, i / before.Width);
            (left, top, right, bottom) = (Math.Min(left, x), Math.Min(top, y), Math.Max(right, x + 1), Math.Max(bottom, y + 1));
        }

        if (right - left < 8 || (right - left) % 2 != 0 || bottom - top < 8)
        {
            throw new InvalidDataException($"a letter changed {left},{top} to {right},{bottom}: these are not two cells");
        }

        (_x, _y, _width, _height) = (left, top, (right - left) / 2, bottom - top);
    }

    /// <summary>Learns the letters from the line on which the cells were learnt, on which they stand in their order.</summary>
    public void LearnLetters(Picture picture)
    {
        for (int i = 0; i < Letters.Length; i++)
        {
            _letters[Letters[i]] = Cell(picture, i, 0);
        }
    }

    /// <summary>Reads a line, counted from that on which the cells were learnt, from the prompt's left edge; a cell that is no letter is a space.</summary>
    public string Read(Picture picture, int line, int cells)
    {
        const int prompt = 2;
        var text = new char[cells];
        for (int i = 0; i < cells; i++)
        {
            int[] cell = Cell(picture, i - prompt, line);
            text[i] = _letters.FirstOrDefault(letter => letter.Value.AsSpan().SequenceEqual(cell)).Key is var found and not '\0' ? found : ' ';
        }

        return new string(text).TrimEnd();
    }

    private int[] Cell(Picture picture, int column, int line)
    {
        int[] pixels = new int[_width * _height];
        for (int i = 0; i < pixels.Length; i++)
        {
            pixels[i] = picture.Pixels[((_y + (line * _height) + (i / _width)) * picture.Width) + _x + (column * _width) + (i % _width)];
        }

        return pixels;
    }
}
