namespace RemoteChain.Gateway.Store;

/// <summary>What is kept of a session after its end.</summary>
/// <param name="Id">The session's identifier.</param>
/// <param name="Chain">Name of the chain.</param>
/// <param name="Owner">Account name.</param>
/// <param name="Started">When it was opened.</param>
/// <param name="Ended">When it ended.</param>
/// <param name="FrontsMax">Most people who looked at it at once.</param>
/// <param name="Reconnects">How often the back was connected again.</param>
/// <param name="Ending">The sentence that says why it ended.</param>
public sealed record SessionRecord(
    string Id, string Chain, string Owner, DateTimeOffset Started, DateTimeOffset Ended, int FrontsMax, int Reconnects, string Ending);

/// <summary>Records of sessions that have ended.</summary>
public sealed class SessionRecords
{
    /// <summary>Keeps a record.</summary>
    public void Append(SessionRecord record) => throw new NotImplementedException();
}
