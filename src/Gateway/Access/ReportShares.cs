using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>A report that was just handed on: the only moment at which the token of its link can be read.</summary>
public sealed class NewReportShare(StoredReportShare share, string token)
{
    /// <summary>The share.</summary>
    public StoredReportShare Share { get; } = share;

    /// <summary>What opens it.</summary>
    public string Token { get; } = token;

    /// <inheritdoc/>
    public override string ToString() => $"shared report {Share.Id}";
}

/// <summary>
/// Latency reports that are handed on by a link. Whoever opens the link while signed in reads that one report, whatever else they may see, until the share
/// expires or is ended. It shows what its maker may see at the moment of reading, so a right that is taken from the maker is taken from the readers.
/// </summary>
public sealed class ReportShares(ReportShareStore store, Accounts accounts, TimeProvider time)
{
    /// <summary>Longest life of a share.</summary>
    public static readonly TimeSpan LifetimeMax = TimeSpan.FromDays(90);

    const int IdChars = 10;
    const int TokenChars = 26; // 130 bits
    const int TokenCharsMax = 64;

    /// <summary>Hands a report on. The caller has checked that the account may see it. Null when the account has too many shares.</summary>
    public NewReportShare? Create(Account by, string chain, string? session, DateTimeOffset since, DateTimeOffset until, string? load, TimeSpan lifetime)
    {
        var (now, token) = (time.GetUtcNow(), ReadableSecret.Characters(TokenChars));
        var share = new StoredReportShare(ReadableSecret.Characters(IdChars), OwnerIdOf(by), by.Name, chain, session, since, until, load, now, now + lifetime);
        return store.Add(share, SecretHash.Of(token)) ? new(share, token) : null;
    }

    /// <summary>Opens a link: the account reads the report from then on.</summary>
    /// <returns>The share, and whether this was the account's first time; null when the token opens nothing.</returns>
    public (StoredReportShare Share, bool IsFirst)? Open(string token, Account account)
    {
        if (token.Length > TokenCharsMax || store.Find(SecretHash.Of(token.Trim())) is not { } share) return null;
        return (share, !Decides(account, share) && store.AddReader(share.Id, account.Id));
    }

    /// <summary>A share that the account reads: its maker, admins, and who has opened its link. Null when there is none such.</summary>
    public StoredReportShare? Find(string id, Account account) =>
        store.Find(id) is { } share && (Decides(account, share) || store.IsReader(id, account.Id)) ? share : null;

    /// <summary>A share that the account may end: its maker and admins. Null when there is none such.</summary>
    public StoredReportShare? Owned(string id, Account account) => store.Find(id) is { } share && Decides(account, share) ? share : null;

    /// <summary>The account's own shares; an admin's are everybody's.</summary>
    public IReadOnlyList<StoredReportShare> List(Account account) => store.List(OwnerIdOf(account), account.IsAdmin);

    /// <summary>Ends a share. False when there was none.</summary>
    public bool End(StoredReportShare share) => store.Delete(share.Id);

    /// <summary>The account whose rights decide what a share shows; null when it is not there any more.</summary>
    public Account? MakerOf(StoredReportShare share) =>
        share.OwnerId is null ? Operator.Account : accounts.Find(share.Owner) is { } found && found.Id == share.OwnerId ? found : null;

    static bool Decides(Account account, StoredReportShare share) => account.IsAdmin || share.OwnerId == account.Id;

    static long? OwnerIdOf(Account account) => account.Id == Operator.Account.Id ? null : account.Id;
}
