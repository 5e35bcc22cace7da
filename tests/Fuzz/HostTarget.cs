using FreeRdp;

namespace RemoteChain.Fuzz;

/// <summary>The packets of a host that the client looks at beside libfreerdp: before anybody is signed in, and inside TLS.</summary>
sealed class HostTarget() : FuzzTarget("host", "packets of a host that tell what its server is")
{
    long _users, _capabilities, _refusals;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        // attachUserConfirm; a demand active PDU with a general set and two empty ones; a refused shutdown.
        [3, 0, 0, 11, 2, 0xF0, 0x80, 0x2E, 0, 0, 6],
        [
            3, 0, 0, 70, 2, 0xF0, 0x80, 0x68, 0, 1, 3, 0xEB, 0x70, 0x80, 54, 54, 0, 0x11, 0, 0xEA, 3, 0xEA, 3, 1, 0, 4, 0, 36, 0,
            (byte)'R', (byte)'D', (byte)'P', 0, 3, 0, 0, 0, 9, 0, 4, 0, 1, 0, 24, 0, 1, 0, 3, 0, 0, 2, 0, 0, 0, 0, 1, 4, 0, 0, 0, 0, 0, 0, 1, 1, 14, 0, 4, 0,
        ],
        [3, 0, 0, 32, 2, 0xF0, 0x80, 0x68, 0, 1, 3, 0xEB, 0x70, 18, 18, 0, 0x17, 0, 0xEA, 3, 0xEA, 3, 1, 0, 0, 1, 4, 0, 0x25, 0, 0, 0],
    ];

    internal override string Reached => $"{_users} numbers, {_capabilities} capabilities and {_refusals} refusals understood";

    internal override void Feed(byte[] input)
    {
        if (HostPackets.TryReadUserId(input, out var userId))
        {
            _users++;
            if (userId is < 1001 or > 1001 + ushort.MaxValue) throw new InvalidOperationException($"{userId} was accepted");
        }

        if (HostPackets.TryReadDemandActive(input, out var traits))
        {
            _capabilities++;
            if (traits.CapabilitySets.Count > RdpHostTraits.CapabilitySetsMax) throw new InvalidOperationException("too many sets were accepted");
        }

        if (HostPackets.IsShutdownDenied(input)) _refusals++;
    }
}
