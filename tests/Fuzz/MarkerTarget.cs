using System.Runtime.InteropServices;
using RemoteChain.Gateway.Machines;
using RemoteChain.Gateway.Sessions.Nested;

namespace RemoteChain.Fuzz;

/// <summary>The column of pixels by which a script in a foreign desktop talks to the node: runs of a length and a colour.</summary>
sealed class MarkerTarget() : FuzzTarget("marker", "a column of a desktop's pixels, and texts of templates")
{
    static readonly byte[] s_bright = [0, 0xCD];

    long _read, _templates;

    internal override IReadOnlyList<byte[]> Seeds { get; } = [Painted("chain"), Painted("other"), [.. ShippedTemplates.XFreeRdp.Select(c => (byte)c)],
        [.. ShippedMachines.DebianShell.Select(c => (byte)c)]];

    internal override string Reached => $"{_read} markers, {_templates} templates";

    internal override void Feed(byte[] input)
    {
        var column = new List<uint>();
        for (int i = 0; i + 1 < input.Length && column.Count < 8192; i += 2)
        {
            column.AddRange(Enumerable.Repeat((uint)(s_bright[input[i] & 1] << 16 | s_bright[(input[i] >> 1) & 1] << 8 | s_bright[(input[i] >> 2) & 1]), input[i + 1]));
        }

        Look(CollectionsMarshal.AsSpan(column));
        Look(MemoryMarshal.Cast<byte, uint>(input));
        var text = string.Concat(input.Select(b => (char)b));
        if (TemplateDocument.Parse(text).Template is not null || MachineTemplate.Parse(text).Template is not null) _templates++;
    }

    void Look(ReadOnlySpan<uint> column)
    {
        if (!Marker.TryRead(column, out var reading)) return;
        _read++;
        if (reading.Rows.Length != Marker.RowsMax || reading.Code is < 0 or > 255) throw new InvalidOperationException($"impossible: {reading}");
    }

    static byte[] Painted(string chain) =>
        [.. Marker.Of(new byte[Marker.KeyBytes], chain, "layer").Rows.SelectMany(row => new[] { (byte)(row - '0'), (byte)13 }), 0, 200];
}
