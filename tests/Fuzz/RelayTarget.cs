using System.Text;
using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Hops;
using RemoteChain.Gateway.Hops.Relays;

namespace RemoteChain.Fuzz;

/// <summary>
/// Everything that another node, or a stranger at its door, sends before and between the bytes: the upgrade, frame headers, words, grants; and
/// rules, which people type.
/// </summary>
sealed class RelayTarget : FuzzTarget
{
    readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("remotechain-fuzz-");
    long _upgrades, _frames, _words, _grants, _rules;

    internal RelayTarget() : base("relay", "what nodes say to each other: upgrade, frames, words, grants, rules")
    {
        using var key = NodeKey.LoadOrCreate(_folder.FullName, TimeProvider.System);
        var grant = RelayGrant.For(key.Id, DateTimeOffset.UtcNow, "site", 3, "session-1", new HostEndpoint("desk.example", 3389)).Write(key);
        var request = HttpUpgrade.NewKey();
        Seeds = [HttpUpgrade.Request("relay", request), HttpUpgrade.Answer(request), Encoding.ASCII.GetBytes(grant),
            .. new long[] { 5, 300, 70_000 }.SelectMany(length => new[] { Frame(FrameKind.Bytes, length, 0x01020304), Frame(FrameKind.Bytes, length, null) }),
            Frame(FrameKind.Word, 40, 0), Frame(FrameKind.Ping, 8, null), "refused policy-refused none of its 3 rules"u8.ToArray(),
            "echoed 17 2500 41000"u8.ToArray(), "[2001:db8::/64]:3389,7443-7450"u8.ToArray(), "10.0.0.0/24:3389"u8.ToArray(), "desk.example:3389"u8.ToArray()];
    }

    internal override IReadOnlyList<byte[]> Seeds { get; }

    internal override string Reached => $"{_upgrades} upgrades, {_frames} frame headers, {_words} words, {_grants} grants, {_rules} rules";

    internal override void Feed(byte[] input)
    {
        if (HttpUpgrade.TryReadRequest(input, out var key, out var used) == UpgradeOutcome.Complete)
        {
            _upgrades++;
            if (used > input.Length || HttpUpgrade.TryReadAnswer(HttpUpgrade.Answer(key), key, out _) != UpgradeOutcome.Complete)
                throw new InvalidOperationException("an accepted request cannot be answered");
        }
        HttpUpgrade.TryReadAnswer(input, "AAAAAAAAAAAAAAAAAAAAAA==", out _);

        if (FrameHeader.TryRead(input, out var header, out var headerBytes) == FrameOutcome.Complete)
        {
            _frames++;
            var again = new byte[FrameHeader.BytesMax];
            if (header.Length < 0 || header.Write(again) != headerBytes || !again.AsSpan(0, headerBytes).SequenceEqual(input.AsSpan(0, headerBytes)))
                throw new InvalidOperationException("a header reads as something that is written differently");
        }

        if (RelayWord.TryRead(input, out var word))
        {
            _words++;
            if (!Encoding.ASCII.GetBytes(word.ToString()).AsSpan().SequenceEqual(input) && !(word.Rest.Length == 0 && input[^1] == ' '))
                throw new InvalidOperationException("a word reads as something that is written differently");
            RelayWord.TryReadRefusal(word, out _, out _);
            RelayWord.TryReadEchoed(word.Rest, out _);
        }

        var text = Encoding.Latin1.GetString(input);
        if (RelayGrant.TryRead(text, out var grant, out var signed, out var signature))
        {
            _grants++;
            if (grant!.Target.Port == 0 || signature.Length != 64 || signed.Length < 60) throw new InvalidOperationException("half a grant was accepted");
        }

        if (DestinationRule.TryParse(text, out var rule))
        {
            _rules++;
            if (!DestinationRule.TryParse(rule!.Text, out var same) || same!.Text != rule.Text)
                throw new InvalidOperationException($"the rule {rule.Text} does not read as it is written");
        }
        RelayAddress.TryParse(text, out _);
    }

    public override void Dispose() => _folder.Delete(recursive: true);

    static byte[] Frame(FrameKind kind, long length, uint? mask)
    {
        var bytes = new byte[FrameHeader.BytesMax];
        return bytes[..new FrameHeader(kind, length, mask).Write(bytes)];
    }
}
