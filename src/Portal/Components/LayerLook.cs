namespace RemoteChain.Portal.Components;

/// <summary>How kinds of layers look.</summary>
static class LayerLook
{
    const int Colours = 6;

    /// <summary>The class of a layer's colour: the same one as in a report.</summary>
    public static string Colour(int layer) => $"k{Math.Abs(layer) % Colours}";

    /// <summary>The picture of a kind.</summary>
    public static string Symbol(string kind) => kind switch
    {
        "gateway" => "hub",
        "vpn" => "vpn_lock",
        "ssh" => "terminal",
        "proxy" => "alt_route",
        "relay" => "swap_horiz",
        "direct" => "arrow_right_alt",
        "nested" => "filter_none",
        "machine" => "memory",
        "runtime" => "apps",
        _ => "desktop_windows",
    };
}
