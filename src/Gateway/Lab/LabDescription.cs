using System.Globalization;
using System.Text.Json;

namespace RemoteChain.Gateway.Lab;

/// <summary>A running lab (docs/lab.md), as far as faults need it: its cables and what is at their ends.</summary>
sealed class LabDescription
{
    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    readonly string _folder;
    readonly Document _document;

    LabDescription(string folder, Document document) => (_folder, _document) = (folder, document);

    sealed record Document(Host[] Hosts, Seat? Seat);

    sealed record Host(string Name, string Address, string Gateway, int Port);

    sealed record Seat(string Address, string Gateway);

    /// <summary>Reads a lab's description; beside it lie the numbers of its processes.</summary>
    /// <exception cref="IOException">There is none, or it describes no lab of this version.</exception>
    public static LabDescription Open(string file)
    {
        try
        {
            return new(Path.GetDirectoryName(Path.GetFullPath(file))!, JsonSerializer.Deserialize<Document>(File.ReadAllText(file), s_json)!);
        }
        catch (Exception broken) when (broken is UnauthorizedAccessException or JsonException or ArgumentException)
        {
            throw new IOException($"The lab's description {file} cannot be used: {broken.Message}", broken);
        }
    }

    /// <summary>The cable to a host.</summary>
    /// <exception cref="IOException">There is no such host, or it is down.</exception>
    public LabLeg LegTo(string host)
    {
        var found = _document.Hosts.FirstOrDefault(h => h.Name == host)
            ?? throw new IOException($"The lab has no host '{host}'. It has {string.Join(", ", _document.Hosts.Select(h => h.Name))}.");
        return new(host, ProcessOf(Path.Combine("hosts", host), host), found.Gateway, found.Address, found.Port);
    }

    /// <summary>The cable to where users sit.</summary>
    /// <param name="port">The port of the node's front door.</param>
    /// <exception cref="IOException">The lab has no seat.</exception>
    public LabLeg LegToSeat(int port) => _document.Seat is { } seat
        ? new("seat", ProcessOf("seat", "seat"), seat.Gateway, seat.Address, port)
        : throw new IOException("The lab has no seat: it was started by an older version.");

    int ProcessOf(string folder, string name)
    {
        var file = Path.Combine(_folder, folder, "pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process)
            && Directory.Exists($"/proc/{process}")
            ? process
            : throw new IOException($"{name} is down.");
    }
}
