using FreeRdp.Channels;

namespace RemoteChain.Fuzz;

/// <summary>What a client or a host sends on the clipboard's channel, to both ends: as one message, and cut into chunks.</summary>
sealed class ClipboardTarget() : FuzzTarget("clipboard", "clipboard redirection of hosts and RDP clients")
{
    const int ChunkBytes = 16;

    long _accepted, _refused, _offers, _requests, _texts;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        ClipboardPdu.Capabilities(), ClipboardPdu.MonitorReady(), ClipboardPdu.FormatList(true, longNames: true), ClipboardPdu.FormatList(true, longNames: false),
        ClipboardPdu.FormatListTaken(), ClipboardPdu.TextRequest(), ClipboardPdu.TextResponse("some text\nof two lines"), ClipboardPdu.TextResponse(null),
    ];

    internal override string Reached => $"{_accepted} chunks accepted, {_refused} refused, {_offers} offers, {_requests} requests and {_texts} texts";

    internal override void Feed(byte[] input)
    {
        foreach (var isServer in new[] { false, true })
        {
            var end = new RdpClipboard(isServer, static _ => true)
            {
                Offered = _ => _offers++,
                Wanted = () => _requests++,
                Received = text => _texts += text is { Length: <= RdpClipboard.MessageBytesMax / 2 } ? 1 : text is null ? 0 : throw new InvalidOperationException("too long"),
            };
            end.Start();
            if (!isServer) end.TryReceive(ClipboardPdu.MonitorReady(), 3, 8);
            end.Offer(true);
            end.TryReceive(ClipboardPdu.FormatList(true, longNames: false), 3, 44);
            end.Request();
            Count(end.TryReceive(input, flags: 3, input.Length));
            end.Request();
            for (var at = 0; at < input.Length; at += ChunkBytes)
            {
                var flags = (at == 0 ? 1u : 0) | (at + ChunkBytes >= input.Length ? 2u : 0);
                Count(end.TryReceive(input.AsSpan(at, Math.Min(ChunkBytes, input.Length - at)), flags, input.Length));
            }

            end.Answer("answer");
        }
    }

    void Count(bool accepted)
    {
        if (accepted) _accepted++;
        else _refused++;
    }
}
