namespace RemoteChain.Surface.Control;

/// <summary>In which part of a connection's life it failed.</summary>
public enum FailureStage : byte
{
    /// <summary>Reaching the host.</summary>
    Dial = 1,

    /// <summary>The first packets: negotiation of the protocol.</summary>
    Handshake,

    /// <summary>TLS and the certificate.</summary>
    Tls,

    /// <summary>Proving who the user is.</summary>
    SignIn,

    /// <summary>Capabilities, channels, the first picture.</summary>
    Activate,

    /// <summary>Later, while it was running.</summary>
    Run,

    /// <summary>Starting the worker in its sandbox.</summary>
    Sandbox,

    /// <summary>The user's client at the front door.</summary>
    FrontDoor,
}

/// <summary>What went wrong.</summary>
public enum FailureCause : byte
{
    /// <summary>No route, or nobody answered for the address.</summary>
    Unreachable = 1,

    /// <summary>The host refused the connection.</summary>
    Refused,

    /// <summary>No answer in time.</summary>
    TimedOut,

    /// <summary>The name has no address.</summary>
    NameUnknown,

    /// <summary>The certificate is not the pinned one.</summary>
    CertificateChanged,

    /// <summary>User or password is wrong.</summary>
    WrongCredentials,

    /// <summary>The account is locked or disabled, or its password has expired.</summary>
    AccountLocked,

    /// <summary>Known, but not allowed to do this.</summary>
    AccessDenied,

    /// <summary>The peer broke the protocol.</summary>
    ProtocolError,

    /// <summary>The peer asks for something that is not supported here.</summary>
    Unsupported,

    /// <summary>The host ended the connection by itself.</summary>
    HostClosed,

    /// <summary>The connection broke.</summary>
    ConnectionLost,

    /// <summary>The worker process ended without a word.</summary>
    WorkerDied,

    /// <summary>The other process put an impossible value into shared memory.</summary>
    SurfaceCorrupt,

    /// <summary>The user's client left.</summary>
    ClientLeft,

    /// <summary>A bound was reached.</summary>
    TooBusy,

    /// <summary>The user logged off at the host.</summary>
    LoggedOff,

    /// <summary>Another connection of the same user took the desktop over.</summary>
    Replaced,

    /// <summary>Ended on request.</summary>
    Stopped,

    /// <summary>A tunnel or relay on the way is down.</summary>
    HopDown,

    /// <summary>The key of a hop is not the one that was seen before.</summary>
    KeyChanged,

    /// <summary>A rule forbids it: of this node, or of the one at the far end of a relay.</summary>
    PolicyRefused,

    /// <summary>The guest of an emulated machine has ended, or cannot go on.</summary>
    GuestStopped,

    /// <summary>What an emulated machine is made from is missing or cannot be used.</summary>
    TemplateBroken,
}

/// <summary>An expected failure as a value, which travels to the report and to the user unchanged.</summary>
/// <param name="Stage">When.</param>
/// <param name="Cause">What.</param>
/// <param name="Detail">One sentence or error name for the operator; never a secret. May be empty.</param>
public sealed record Failure(FailureStage Stage, FailureCause Cause, string Detail)
{
    /// <summary>The layer of the chain that failed. Workers do not know it: the node adds it.</summary>
    public string? Layer { get; init; }

    /// <summary><c>layer: stage: cause (detail)</c> in the words of docs/worker-protocol.md.</summary>
    public override string ToString()
    {
        var text = $"{Stage.Text()}: {Cause.Text()}";
        if (Layer is not null) text = $"{Layer}: {text}";
        return Detail.Length == 0 ? text : $"{text} ({Detail})";
    }
}

/// <summary>The words of docs/worker-protocol.md for stages and causes: the same in the API, in logs and in reports.</summary>
public static class FailureText
{
    static readonly string[] s_stages = ["dial", "handshake", "tls", "sign-in", "activate", "run", "sandbox", "front-door"];

    static readonly string[] s_causes =
    [
        "unreachable", "refused", "timed-out", "name-unknown", "certificate-changed", "wrong-credentials", "account-locked", "access-denied",
        "protocol-error", "unsupported", "host-closed", "connection-lost", "worker-died", "surface-corrupt", "client-left", "too-busy",
        "logged-off", "replaced", "stopped", "hop-down", "key-changed", "policy-refused",
        "guest-stopped", "template-broken",
    ];

    /// <summary>The word for a stage.</summary>
    public static string Text(this FailureStage stage) => s_stages[(int)stage - 1];

    /// <summary>The word for a cause.</summary>
    public static string Text(this FailureCause cause) => s_causes[(int)cause - 1];

    /// <summary>The stage of a word; false when there is none.</summary>
    public static bool TryParse(string text, out FailureStage stage)
    {
        stage = (FailureStage)(Array.IndexOf(s_stages, text) + 1);
        return stage != 0;
    }

    /// <summary>The cause of a word; false when there is none.</summary>
    public static bool TryParse(string text, out FailureCause cause)
    {
        cause = (FailureCause)(Array.IndexOf(s_causes, text) + 1);
        return cause != 0;
    }

    /// <summary>True for a stage that exists.</summary>
    public static bool IsKnown(FailureStage stage) => stage != 0 && (int)stage <= s_stages.Length;

    /// <summary>True for a cause that exists.</summary>
    public static bool IsKnown(FailureCause cause) => cause != 0 && (int)cause <= s_causes.Length;
}
