namespace RemoteChain.Gateway.Latency.Model;

/// <summary>A named part of a layer's time. docs/latency.md says between which stamps each lies.</summary>
public enum Stage : byte
{
    /// <summary>Bytes under way between this layer and the one towards the user, both directions together: a one-way split is never made up.</summary>
    Transport,

    /// <summary>User's client: from the picture's arrival to the acknowledgement (decoding, painting).</summary>
    Present,

    /// <summary>Gateway: the input's bytes were readable until it was decoded and put into the input ring.</summary>
    Receive,

    /// <summary>Gateway: in the input ring until the desktop worker took it.</summary>
    InputQueue,

    /// <summary>Gateway: taken from the ring until written to the host's socket.</summary>
    Forward,

    /// <summary>A host: everything between the input's arrival and the departure of the first picture that shows its effect.</summary>
    Host,

    /// <summary>Gateway: the update's first byte was readable until it was decoded.</summary>
    Decode,

    /// <summary>Gateway: decoded until readable in the surface.</summary>
    Publish,

    /// <summary>Gateway: in the surface until the front took it, waiting for the client's credit included.</summary>
    PictureQueue,

    /// <summary>Gateway: taken until encoded and written to the user's socket.</summary>
    Encode,

    /// <summary>A relay: what it took by itself, by its own clock, both directions together.</summary>
    Inside,

    /// <summary>An emulated machine: the input was in its keyboard or mouse until its processor took the interrupt.</summary>
    Interrupt,

    /// <summary>An emulated machine: interrupted until the guest had read the input.</summary>
    Read,

    /// <summary>An emulated machine: read until the guest wrote the first pixel of the picture that answers it.</summary>
    Draw,

    /// <summary>An emulated machine: first pixel written until the picture was taken, the rest of the drawing included.</summary>
    Refresh,
}

/// <summary>The words that reports print.</summary>
public static class StageName
{
    private static readonly string[] s_names =
        ["transport", "present", "receive", "input-queue", "forward", "host", "decode", "publish", "picture-queue", "encode", "inside",
            "interrupt", "read", "draw", "refresh"];

    /// <summary>For people and files, e.g. <c>input-queue</c>.</summary>
    public static string Name(this Stage stage) => s_names[(int)stage];

    /// <summary>The stage of that name.</summary>
    public static bool TryParse(string name, out Stage stage)
    {
        int index = Array.IndexOf(s_names, name);
        stage = (Stage)Math.Max(index, 0);
        return index >= 0;
    }
}
