namespace RemoteChain.Surface.Confined;

/// <summary>How a confined process ends. Whatever happened, the last control message says it better; these are for when there was none.</summary>
public static class ExitCode
{
    /// <summary>The connection ended; <c>Failed</c> (with <c>stopped</c>, <c>logged-off</c>, ...) said why.</summary>
    public const int Ended = 0;

    /// <summary>A bug: an exception that nobody handled.</summary>
    public const int Bug = 70;

    /// <summary>Wrong command line.</summary>
    public const int Usage = 64;

    /// <summary>The control socket could not be reached, or the node closed it.</summary>
    public const int NodeGone = 69;

    /// <summary>The node sent bytes that are no message, or a message that does not belong there.</summary>
    public const int Protocol = 76;

    /// <summary>A limit that the worker sets on itself was refused.</summary>
    public const int Limits = 71;

    /// <summary>The native library is missing or has another major version.</summary>
    public const int NativeLibrary = 72;
}
