namespace RemoteChain.Worker;

/// <summary>How a worker ends. Whatever happened, the last control message says it better; these are for when there was none.</summary>
static class ExitCode
{
    /// <summary>The connection ended; <c>Failed</c> (with <c>stopped</c>, <c>logged-off</c>, ...) said why.</summary>
    internal const int Ended = 0;

    /// <summary>A bug: an exception that nobody handled.</summary>
    internal const int Bug = 70;

    /// <summary>Wrong command line.</summary>
    internal const int Usage = 64;

    /// <summary>The control socket could not be reached, or the node closed it.</summary>
    internal const int NodeGone = 69;

    /// <summary>The node sent bytes that are no message, or a message that does not belong there.</summary>
    internal const int Protocol = 76;

    /// <summary>A limit that the worker sets on itself was refused.</summary>
    internal const int Limits = 71;

    /// <summary>The native library is missing or has another major version.</summary>
    internal const int NativeLibrary = 72;
}
