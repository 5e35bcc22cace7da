using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Lab;

/// <summary>
/// How long a network holds packets up at a moment. What varies, varies from window to window and not from packet to packet: an
/// interaction is several packets in both directions, and it shall get the whole delay or nothing of it.
/// </summary>
/// <param name="delayNanos">What both directions together add to a round trip.</param>
/// <param name="shape">How it varies.</param>
/// <param name="sharePermille">Of 1000 windows, how many are delayed when intermittent.</param>
/// <param name="seed">Which windows.</param>
sealed class DelaySchedule(long delayNanos, DelayShape shape, int sharePermille, uint seed)
{
    /// <summary>Long against one interaction, short against the pauses between what people do.</summary>
    public const long WindowNanos = 200_000_000;

    readonly DelayDraws _draws = new(delayNanos, shape, sharePermille, seed);

    /// <summary>No delay.</summary>
    public static DelaySchedule None { get; } = new(0, DelayShape.Constant, Inject.PermilleMax, 0);

    /// <summary>What the round trip of a packet that comes at this moment gets longer by.</summary>
    public long At(long nowNanos) => _draws.At(nowNanos / WindowNanos);
}
