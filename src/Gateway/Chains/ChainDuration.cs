using System.Globalization;

namespace RemoteChain.Gateway.Chains;

/// <summary>Durations as chains write them: a whole number and one of <c>s m h d</c>.</summary>
public static class ChainDuration
{
    /// <summary>Reads <c>90s</c>, <c>30m</c>, <c>8h</c>, <c>2d</c> or <c>0</c>.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, out TimeSpan duration)
    {
        duration = TimeSpan.Zero;
        if (text is "0") return true;
        if (text.Length is < 2 or > 8) return false;
        if (!int.TryParse(text[..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var count)) return false;
        switch (text[^1])
        {
            case 's': duration = TimeSpan.FromSeconds(count); return true;
            case 'm': duration = TimeSpan.FromMinutes(count); return true;
            case 'h': duration = TimeSpan.FromHours(count); return true;
            case 'd' when count <= 36500: duration = TimeSpan.FromDays(count); return true;
            default: return false;
        }
    }

    /// <summary>Writes a duration in its largest whole unit.</summary>
    public static string Text(TimeSpan duration) => duration switch
    {
        { Ticks: 0 } => "0",
        _ when duration.Ticks % TimeSpan.TicksPerDay == 0 => $"{duration.Ticks / TimeSpan.TicksPerDay}d",
        _ when duration.Ticks % TimeSpan.TicksPerHour == 0 => $"{duration.Ticks / TimeSpan.TicksPerHour}h",
        _ when duration.Ticks % TimeSpan.TicksPerMinute == 0 => $"{duration.Ticks / TimeSpan.TicksPerMinute}m",
        _ => $"{duration.Ticks / TimeSpan.TicksPerSecond}s",
    };
}
