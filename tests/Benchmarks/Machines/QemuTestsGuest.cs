using System.Globalization;
using System.IO.Compression;
using System.Text;
using RemoteChain.Emulator.Tests.Guests;

namespace RemoteChain.Benchmarks.Machines;

/// <summary>A Linux guest that runs programs one after the other. What they say comes packed: its serial port takes two thousand instructions for a
/// byte.</summary>
internal sealed class QemuTestsGuest : IDisposable
{
    private const long InstructionsMax = 60_000_000_000;

    private const string Init = """
        busybox --install -s /bin
        mount -t devtmpfs dev /dev
        stty -F /dev/ttyS0 -onlcr
        cd /tests
        for name in $(cat order); do
            timeout 100 ./$name > /out 2>&1
            status=$?
            echo "@begin $name $status"
            gzip -c /out | base64
            echo "@end $name;"
        done
        sleep 1000
        """;

    private readonly LinuxGuest _guest;

    public QemuTestsGuest(string folder, string[] names) => _guest = new(Init, new() { MemoryBytes = 256 << 20 }, files =>
    {
        files.AddFolder("tests").AddFolder("tmp").AddProgram("tests/order", Encoding.ASCII.GetBytes(string.Join('\n', names)));
        foreach (string name in names)
        {
            files.AddProgram($"tests/{name}", File.ReadAllBytes(Path.Combine(folder, name)));
        }
    });

    /// <summary>Instructions so far.</summary>
    public long Count => _guest.Machine.Count - _guest.Machine.IdleCount;

    /// <summary>Runs until the next of the names is through.</summary>
    /// <returns>Its exit status, and what it said on both streams.</returns>
    public (int Status, string Said) Next(string name)
    {
        string end = $"@end {name};";
        if (!_guest.RunUntil(end, InstructionsMax))
        {
            throw new InvalidOperationException($"the guest did not get through {name}; it said: {_guest.Said[^Math.Min(2000, _guest.Said.Length)..]}");
        }

        string said = _guest.Said, begin = $"@begin {name} ";
        int at = said.LastIndexOf(begin, StringComparison.Ordinal) + begin.Length, line = said.IndexOf('\n', at);
        using GZipStream unpacked = new(new MemoryStream(Convert.FromBase64String(said[line..said.LastIndexOf(end, StringComparison.Ordinal)])), CompressionMode.Decompress);
        using StreamReader reader = new(unpacked, Encoding.Latin1);
        return (int.Parse(said[at..line], CultureInfo.InvariantCulture), reader.ReadToEnd());
    }

    /// <inheritdoc/>
    public void Dispose() => _guest.Dispose();
}
