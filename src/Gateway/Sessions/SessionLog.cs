namespace RemoteChain.Gateway.Sessions;

internal static partial class SessionLog
{
    [LoggerMessage(Level = LogLevel.Error, Message = "A back ended by a fault of the gateway")]
    public static partial void BackFault(this ILogger<SessionRunner> logger, Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "Session {Session} of chain {Chain}: {State}")]
    public static partial void SessionState(this ILogger<SessionRunner> logger, string session, string chain, string state);

    [LoggerMessage(Level = LogLevel.Error, Message = "Latency of session {Session} could not be recorded")]
    public static partial void LatencyFault(this ILogger<LatencyRecorder> logger, Exception exception, string session);

    [LoggerMessage(Level = LogLevel.Error, Message = "Session {Session} ended by a fault of the gateway")]
    public static partial void SessionFault(this ILogger<SessionRunner> logger, Exception exception, string session);
}
