namespace FreeRdp;

/// <summary>The wrapper was used wrongly, or the native library cannot be used. What a connection may meet is an <see cref="RdpFailure"/>.</summary>
public sealed class RdpException : Exception
{
    /// <summary>Creates the exception with a sentence that says what is wrong.</summary>
    public RdpException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the exception around the one that a callback threw.</summary>
    public RdpException(string message, Exception inner)
        : base(message, inner)
    {
    }
}
