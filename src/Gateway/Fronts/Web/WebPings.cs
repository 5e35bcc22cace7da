using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>The round trip to one browser: a question a second, of which only the newest counts. The painter's alone.</summary>
internal sealed class WebPings
{
    private const long EveryNanos = 1_000_000_000;

    private uint _asked, _answered;
    private long _askedNanos;
    private int _drawMillis = -1;

    /// <summary>When the next question is due, while the browser is in use.</summary>
    public long DueNanos => _askedNanos + EveryNanos;

    /// <summary>How long the browser took to draw its last picture, as it says, in microseconds.</summary>
    public void Drawn(uint micros) => _drawMillis = (int)(micros / 1000);

    /// <summary>Asks now.</summary>
    /// <returns>The question's number.</returns>
    public uint Ask(long nowNanos)
    {
        _askedNanos = nowNanos;
        return ++_asked;
    }

    /// <summary>An answer came.</summary>
    /// <param name="number">The question's number, as the browser says.</param>
    /// <param name="atNanos">When it came.</param>
    /// <param name="framesDrawn">Pictures that the browser has drawn so far.</param>
    /// <returns>What was measured; null when it is no answer to the newest question, or the second one.</returns>
    public FrontRoundTrip? Answered(uint number, long atNanos, uint framesDrawn)
    {
        if (number != _asked || _answered == _asked)
        {
            return null;
        }

        _answered = number;
        return new FrontRoundTrip(0, Math.Max(1, atNanos - _askedNanos), framesDrawn, _drawMillis);
    }
}
