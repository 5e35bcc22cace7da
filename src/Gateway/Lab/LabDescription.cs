using System.Globalization;
using System.Text.Json;

namespace RemoteChain.Gateway.Lab;

/// <summary>A running lab (docs/lab.md), as far as faults need it: its cables and what is at their ends.</summary>
sealed class LabDescription
{
    const int RdpPort = 3389;

    static readonly JsonSerializerOptions s_json = new(JsonSerializerDefaults.Web);

    readonly string _folder;
    readonly Document _document;

    LabDescription(string folder, Document document) => (_folder, _document) = (folder, document);

    sealed record Document(Host[] Hosts, Seat? Seat, Site[]? Sites, Cable[]? Cables);

    sealed record Host(string Name, string Address, string Gateway, int Port);

    sealed record Seat(string Address, string Gateway);

    sealed record Site(string Name, string Address, string Gateway);

    sealed record Cable(string Name, string Near, string Far, string[] NearSends, string[] FarSends);

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

    /// <summary>The cable to a host, to a site's router, to a desktop behind one, or between sites.</summary>
    /// <exception cref="IOException">There is no such cable, or one of its ends is down.</exception>
    public LabLeg LegTo(string name)
    {
        if (_document.Hosts.FirstOrDefault(h => h.Name == name) is { } host)
            return LabLeg.FromMachine(name, ProcessOf(name), host.Gateway, host.Address, host.Port);
        if (_document.Sites?.FirstOrDefault(s => s.Name == name) is { } site)
            return LabLeg.FromMachine(name, ProcessOf(name), site.Gateway, site.Address, RdpPort);
        if (_document.Cables?.FirstOrDefault(c => c.Name == name) is { } cable)
            return new(name, ProcessOf(cable.Near), ProcessOf(cable.Far), cable.NearSends, cable.FarSends, RdpPort);
        var names = _document.Hosts.Select(h => h.Name).Concat((_document.Sites ?? []).Select(s => s.Name)).Concat((_document.Cables ?? []).Select(c => c.Name));
        throw new IOException($"The lab has no host '{name}'. It has {string.Join(", ", names)}.");
    }

    /// <summary>The cable to where users sit.</summary>
    /// <param name="port">The port of the node's front door.</param>
    /// <exception cref="IOException">The lab has no seat.</exception>
    public LabLeg LegToSeat(int port) => _document.Seat is { } seat
        ? LabLeg.FromMachine("seat", ProcessOf("seat", "seat"), seat.Gateway, seat.Address, port)
        : throw new IOException("The lab has no seat: it was started by an older version.");

    int ProcessOf(string host) => ProcessOf(Path.Combine("hosts", host), host);

    int ProcessOf(string folder, string name)
    {
        var file = Path.Combine(_folder, folder, "pid");
        return File.Exists(file) && int.TryParse(File.ReadAllText(file), NumberStyles.None | NumberStyles.AllowTrailingWhite, CultureInfo.InvariantCulture, out var process)
            && Directory.Exists($"/proc/{process}")
            ? process
            : throw new IOException($"{name} is down.");
    }
}
