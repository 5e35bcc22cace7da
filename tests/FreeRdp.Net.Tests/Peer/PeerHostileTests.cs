using FreeRdp.Channels.Server;

namespace FreeRdp.Net.Tests.Peer;

/// <summary>Whatever a stranger says ends in a value.</summary>
[Collection("screens")]
public sealed class PeerHostileTests
{
    [NativeFact]
    public async Task Openings_WoundedAnywhere_EndInValues()
    {
        // More, with other wounds each time, when somebody asks for it.
        var asked = int.TryParse(Environment.GetEnvironmentVariable("PEER_OPENINGS"), out var openings);
        if (!asked) openings = 300;
        using var host = new PeerHost();
        var recording = RecordedClient.Record(host);
        var random = asked ? new Random() : new Random(20260720);
        for (var i = 0; i < openings; i++)
        {
            await recording.ReplayAsync(host, random);
            Assert.Null(host.Fault);
        }

        // A good one is served as if nothing had happened.
        _ = RecordedClient.Record(host);
        Assert.Null(host.Fault);
        lock (host.Failures) Assert.True(host.Failures.Count >= openings, $"{host.Failures.Count} failures");
    }

    [NativeFact]
    public void Client_ThatNeverSpeaks_IsTimedOut()
    {
        using var host = new PeerHost(configure: _ => new RdpPeerOptions
        {
            CertificatePem = PeerHost.DefaultOptions().CertificatePem,
            PrivateKeyPem = PeerHost.DefaultOptions().PrivateKeyPem,
            ActivationTimeoutMillis = 300,
        });
        using var silent = new System.Net.Sockets.TcpClient("127.0.0.1", host.Port);
        Eventually.True(() => { lock (host.Failures) return host.Failures.Count == 1; }, null, host);
        Assert.Equal((RdpStage.Handshake, RdpCause.TimedOut), (host.Failures[0].Stage, host.Failures[0].Cause));
    }

    [NativeFact]
    public async Task Client_ThatStopsInsideTls_IsTimedOut()
    {
        using var host = new PeerHost(configure: _ => new RdpPeerOptions
        {
            CertificatePem = PeerHost.DefaultOptions().CertificatePem,
            PrivateKeyPem = PeerHost.DefaultOptions().PrivateKeyPem,
            ActivationTimeoutMillis = 500,
        });
        using var slow = new System.Net.Sockets.TcpClient("127.0.0.1", host.Port);
        // X.224 connection request that asks for TLS, MS-RDPBCGR 2.2.1.1; then silence where the TLS hello belongs.
        await slow.GetStream().WriteAsync(new byte[] { 3, 0, 0, 19, 14, 0xE0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 1, 0, 0, 0 });
        Eventually.True(() => { lock (host.Failures) return host.Failures.Count == 1; }, null, host);
        Assert.Equal(RdpCause.TimedOut, host.Failures[0].Cause);
    }

    [Fact]
    public void DynamicChannels_AnyBytes_NeverThrow()
    {
        var random = new Random(4711);
        for (var round = 0; round < 20_000; round++)
        {
            var channels = new DynamicChannels(static _ => true);
            channels.Start();
            channels.TryReceive([0x50, 0, 1, 0], 3);
            var graphics = new GraphicsChannel(new NoEvents());
            graphics.Open(channels);
            new DisplayControlChannel(static (w, h, s) => Assert.True(w is >= 200 and <= 8192 && h is >= 200 and <= 8192 && s is >= 100 and <= 500))
                .Open(channels);
            new EchoChannel(static () => 1, static () => 1, static _ => { }).Open(channels);
            for (byte id = 1; id <= 3; id++) channels.TryReceive([0x10, id, 0, 0, 0, 0], 3);
            for (var i = 0; i < 8; i++)
            {
                var packet = new byte[random.Next(0, 200)];
                random.NextBytes(packet);
                if (packet.Length > 6 && random.Next(4) != 0)
                {
                    packet[0] = (byte)(random.Next(2) == 0 ? 0x30 : 0x20);
                    packet[1] = (byte)random.Next(0, 5);
                    if (random.Next(2) == 0) (packet[2], packet[3], packet[4], packet[5]) = (Pick(random, 0x12, 0x0D, 0x16, 0x10, 2), 0, 0, 0);
                }

                if (!channels.TryReceive(packet, (uint)random.Next(4))) break;
            }
        }
    }

    private static byte Pick(Random random, params ReadOnlySpan<byte> of) => of[random.Next(of.Length)];

    private sealed class NoEvents : GraphicsChannel.IEvents
    {
        public void GraphicsReady()
        {
        }

        public void GraphicsAcknowledged(uint frame, uint queueDepth)
        {
        }

        public void GraphicsQuality(uint frame, int startToEndMillis, int decodeMillis)
        {
        }
    }
}
