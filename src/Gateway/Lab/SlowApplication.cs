using System.Globalization;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// Tells the program <c>slow</c> in a user's session on a lab host to answer its keys later. The program does the waiting and keeps the
/// account, so the host's own time gets longer by exactly that.
/// </summary>
sealed class SlowApplication : LabFault
{
    readonly string _order, _account;

    /// <summary>Writes the order, which the program reads at its next key.</summary>
    /// <exception cref="IOException">The host has no such user, or the user's files cannot be reached.</exception>
    public SlowApplication(LabLeg host, string user, double delayMillis, string shape, int sharePercent, uint seed)
    {
        var home = $"/proc/{host.Process}/root/home/{user}";
        if (user.Contains('/', StringComparison.Ordinal) || !Directory.Exists(home)) throw new IOException($"{host.Name} has no user '{user}'.");
        (_order, _account) = (Path.Combine(home, ".slow"), Path.Combine(home, ".slow.account"));
        File.Delete(_account);
        Order(string.Create(CultureInfo.InvariantCulture, $"{delayMillis * 1000:0} {shape} {sharePercent} {seed}"));
    }

    /// <inheritdoc/>
    public override string Account => Read() is [var keys, var delayed, var micros, var longest]
        ? $"{keys} keys came to the program, {delayed} were answered late: {micros / 1e3 / Math.Max(1, delayed):0.000} ms on average, the longest {longest / 1e3:0.000} ms."
        : "No key came to the program `slow`. Is it running? `remotechain lab run HOST USER slow`";

    /// <inheritdoc/>
    public override void Dispose()
    {
        if (Directory.Exists(Path.GetDirectoryName(_order))) Order("0 constant 10 0");
    }

    void Order(string line)
    {
        // In one step: the program may read at any moment. The user of the host must be able to read it.
        var next = _order + ".next";
        File.WriteAllText(next, line + "\n");
        File.SetUnixFileMode(next, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead);
        File.Move(next, _order, overwrite: true);
    }

    long[]? Read()
    {
        if (!File.Exists(_account)) return null;
        var words = File.ReadAllText(_account).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var numbers = new long[words.Length];
        // A lab host is no more trusted than any other.
        for (var i = 0; i < words.Length; i++)
            if (!long.TryParse(words[i], CultureInfo.InvariantCulture, out numbers[i])) return null;
        return numbers;
    }
}
