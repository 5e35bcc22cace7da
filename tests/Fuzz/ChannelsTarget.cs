using FreeRdp.Channels.Server;

namespace RemoteChain.Fuzz;

/// <summary>What a client sends on the static channel that carries graphics, display control and ECHO: chunk by chunk, before anybody has
/// signed in.</summary>
sealed class ChannelsTarget() : FuzzTarget("channels", "dynamic channels of an RDP client, as the front reads them"), GraphicsChannel.IEvents
{
    const int ChunkBytes = 48;

    long _accepted, _refused, _graphics, _layouts;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        // Graphics capabilities of two versions; an acknowledgement; a quality report; a cache offer; a monitor layout; an echo; a close.
        [0x30, 1, 0x12, 0, 0, 0, 34, 0, 0, 0, 2, 0, 0x01, 0x07, 0x0A, 0, 4, 0, 0, 0, 2, 0, 0, 0, 0x04, 0, 0x08, 0, 4, 0, 0, 0, 2, 0, 0, 0],
        [0x30, 1, 0x0D, 0, 0, 0, 20, 0, 0, 0, 0, 0, 0, 0, 7, 0, 0, 0, 7, 0, 0, 0],
        [0x30, 1, 0x16, 0, 0, 0, 20, 0, 0, 0, 7, 0, 0, 0, 1, 0, 0, 0, 5, 0, 3, 0],
        [0x20, 2, 56, 2, 0, 0, 0, 56, 0, 0, 0, 40, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x20, 3, 0, 0, 0x58, 2, 0, 0],
        [0x30, 3, 1, 0, 0, 0, 0, 0, 0, 0],
        [0x40, 1],
    ];

    internal override string Reached =>
        $"{_accepted} packets accepted, {_refused} refused, {_graphics} graphics messages and {_layouts} monitor layouts understood";

    internal override void Feed(byte[] input)
    {
        var channels = new DynamicChannels(static _ => true);
        channels.Start();
        channels.TryReceive([0x50, 0, 1, 0], flags: 3);
        new GraphicsChannel(this).Open(channels);
        new DisplayControlChannel(Resized).Open(channels);
        new EchoChannel(static () => 1, static () => 1, static _ => { }).Open(channels);
        for (byte id = 1; id <= 3; id++) channels.TryReceive([0x10, id, 0, 0, 0, 0], flags: 3);
        // Good capabilities first, so that what follows is read in earnest; then the input, twice: as one packet and cut into chunks.
        channels.TryReceive(Seeds[0], flags: 3);
        Count(channels.TryReceive(input, flags: 3));
        for (var at = 0; at < input.Length; at += ChunkBytes)
        {
            var flags = (at == 0 ? 1u : 0) | (at + ChunkBytes >= input.Length ? 2u : 0);
            Count(channels.TryReceive(input.AsSpan(at, Math.Min(ChunkBytes, input.Length - at)), flags));
        }
    }

    void GraphicsChannel.IEvents.GraphicsReady() => _graphics++;

    void GraphicsChannel.IEvents.GraphicsAcknowledged(uint frame, uint queueDepth) => _graphics++;

    void GraphicsChannel.IEvents.GraphicsQuality(uint frame, int startToEndMillis, int decodeMillis) => _graphics++;

    void Resized(int width, int height, int scalePercent)
    {
        _layouts++;
        if (width is < 200 or > 8192 || height is < 200 or > 8192 || scalePercent is < 100 or > 500)
            throw new InvalidOperationException($"{width} × {height} at {scalePercent} % was accepted");
    }

    void Count(bool accepted)
    {
        if (accepted) _accepted++;
        else _refused++;
    }
}
