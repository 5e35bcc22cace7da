using System.Net;
using System.Text;
using RemoteChain.Gateway.Access;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Fuzz;

/// <summary>
/// What a stranger puts into the user and password fields of an RDP client: pass ids and secrets, taken apart at the first zero byte. And
/// the <c>.rdp</c> file that would come of it, which must stay a list of keys.
/// </summary>
sealed class PassTarget : FuzzTarget
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("remotechain-fuzz-");
    readonly Database _database;
    readonly ConnectionPasses _passes;
    readonly string _id;
    readonly int _lines;
    long _tried, _looked;

    internal PassTarget() : base("pass", "pass ids and secrets at the front door, and .rdp files")
    {
        _database = new(Path.Combine(_folder.FullName, "fuzz.db"), TimeProvider.System);
        var audit = new AuditLog(_database);
        // No address is ever locked out here: every input must reach the look-up.
        var never = new LockoutOptions(int.MaxValue, int.MaxValue, TimeSpan.FromSeconds(1), TimeSpan.FromSeconds(1));
        _passes = new(new(new(_database)), new(new(_database), audit, never), audit, TimeProvider.System);
        _id = _passes.Create(Operator.Account, "site", viewOnly: false)!.Pass.Id;
        _lines = RdpFile.Text("gw", 3389, new(new(_id, Operator.Account, "site", ViewOnly: false, default), "secret")).Split("\r\n").Length;
        Seeds = [Encoding.UTF8.GetBytes($"{_id}\0secret"), Encoding.UTF8.GetBytes("rc-\0x"), Encoding.UTF8.GetBytes("alice\0"),
            Encoding.UTF8.GetBytes("gw\r\nalternate shell:s:calc\0y")];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_tried} redeemed in vain, {_looked} rdp files";

    internal override void Feed(byte[] input)
    {
        var parts = Encoding.UTF8.GetString(input).Split('\0', 2);
        var (id, secret) = (parts[0], parts.Length > 1 ? parts[1] : "");
        // The store makes a redeem slow; most inputs only go through the file.
        if (_tried < 2000 || input.Length % 64 == 0)
        {
            _tried++;
            if (_passes.Redeem(id, secret, IPAddress.Loopback).Pass is not null)
                throw new InvalidOperationException("a guess was accepted");
        }
        _looked++;
        var file = RdpFile.Text(id, 3389, new(new(id, Operator.Account, id, ViewOnly: false, default), secret));
        foreach (var line in file.Split("\r\n")[..^1])
            if (line.Any(char.IsControl) || !line.Contains(":i:", StringComparison.Ordinal)
                && !line.Contains(":s:", StringComparison.Ordinal))
                throw new InvalidOperationException($"not a line of an .rdp file: {line}");
        if (file.Split("\r\n").Length != _lines) throw new InvalidOperationException("an input added or removed a line");
    }

    public override void Dispose()
    {
        _database.Dispose();
        _folder.Delete(recursive: true);
    }
}
