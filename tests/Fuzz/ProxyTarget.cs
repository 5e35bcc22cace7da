using System.Text;
using RemoteChain.Gateway.Hops;

namespace RemoteChain.Fuzz;

/// <summary>What a proxy answers, SOCKS5 and HTTP.</summary>
sealed class ProxyTarget() : FuzzTarget("proxy", "answers of a SOCKS5 or HTTP proxy")
{
    long _replies, _heads;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        [5, 0, 0, 1, 127, 0, 0, 1, 0x0D, 0x3D],
        [5, 5, 0, 3, 4, (byte)'h', (byte)'o', (byte)'s', (byte)'t', 0x0D, 0x3D],
        [1, 0, 5, 2, 0, 4],
        Encoding.ASCII.GetBytes("HTTP/1.1 200 Connection established\r\nVia: 1.1 proxy\r\n\r\nSSH-2.0-x\r\n"),
        Encoding.ASCII.GetBytes("HTTP/1.0 407 Denied\nProxy-Authenticate: Digest x, basic realm=\"y\"\n\nno"),
    ];

    internal override string Reached => $"{_replies} replies and {_heads} heads understood";

    internal override void Feed(byte[] input)
    {
        var first = input.AsSpan(0, Math.Min(input.Length, Socks5.AnswerBytes));
        Socks5.TryReadChoice(first, out _);
        Socks5.TryReadSignIn(first, out _);
        if (Socks5.TryReadReply(first, out _) && input.Length >= Socks5.AnswerBytes + Socks5.ReplyMiddleBytes
            && Socks5.TryReadRest(input.AsSpan(Socks5.AnswerBytes, Socks5.ReplyMiddleBytes), out var rest))
        {
            _replies++;
            if (rest is < 1 or > Socks5.FieldBytesMax + 2) throw new InvalidOperationException($"{rest} more bytes were expected");
        }

        var end = HttpConnect.EndOf(input);
        if (end > input.Length) throw new InvalidOperationException("a head that is longer than what came");
        if (end < 0) return;
        // The same end must be found however the bytes arrive.
        if (HttpConnect.EndOf(input.AsSpan(0, end)) != end || HttpConnect.EndOf(input.AsSpan(0, end - 1)) >= 0)
            throw new InvalidOperationException("the end of a head depends on what stands behind it");
        if (!HttpConnect.TryRead(input.AsSpan(0, end), out var answer)) return;
        _heads++;
        if (answer.Status is < 100 or > 599) throw new InvalidOperationException($"status {answer.Status} was accepted");
    }
}
