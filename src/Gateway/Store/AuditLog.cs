using System.Text.Json;
using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>What happened, as a closed vocabulary; stored and shown as <c>session-opened</c> and so on.</summary>
public enum AuditAction
{
    SignInAccepted, SignInRefused, SignedOut, AccountLocked, AccountUnlocked,
    SessionOpened, SessionJoined, SessionLeft, SessionKilled, SessionEnded, SessionFailed, SessionProbed, InvitationMade, InvitationUsed, InvitationRefused, InvitationEnded, ControlGiven, KeysPressed, ReportShared, ReportShareOpened, ReportShareRefused, ReportShareEnded, FrontDetached, FrontRefused,
    TemplateSaved, TemplateRemoved,
    ChainSaved, ChainDeleted, ChainRestored, ChainGranted, ChainRevoked,
    SecretSaved, SecretDeleted, ProfileRefused, PassCreated, PassRedeemed,
    AccountAdded, AccountChanged, AccountDeleted, SecondFactorOn, SecondFactorOff, SignInRevoked,
    CertificatePinned, CertificateChanged, HostKeyPinned, HostKeyChanged, PinForgotten,
    MachineCreated, MachineStarted, MachinePaused, MachineStopped, MachineChanged, MachineDestroyed, MachineTypedTo,
    FaultInjected, FaultEnded,
    RelayInvited, RelayEnrolled, RelayForgotten, RelayJoined, RelayLeft, RelayAllowed, RelayDenied, RelayOpened, RelayRefused,
    OriginRefused, MachineNetworkRefused, NodeStarted, NodeStopped,
}

/// <summary>One thing that happened.</summary>
/// <param name="Action">What.</param>
/// <param name="Actor">Account name as typed or known; empty for the node itself.</param>
/// <param name="Subject">What it was done to: a chain, session, account or secret, by name.</param>
/// <param name="Address">Where it came from; empty when local.</param>
/// <param name="Detail">A sentence for people; never a secret.</param>
public sealed record AuditEvent(AuditAction Action, string Actor, string Subject, string Address = "", string Detail = "");

/// <summary>An event as it was recorded.</summary>
/// <param name="Id">Grows; a gap means that somebody tampered with the file.</param>
/// <param name="At">When.</param>
/// <param name="Action">What, as in <see cref="AuditAction"/>: <c>session-opened</c>.</param>
/// <param name="Actor">Who.</param>
/// <param name="Subject">What it was done to.</param>
/// <param name="Address">Where it came from.</param>
/// <param name="Detail">A sentence for people.</param>
public sealed record AuditRecord(long Id, DateTimeOffset At, string Action, string Actor, string Subject, string Address, string Detail);

/// <summary>Which part of the log is wanted.</summary>
/// <param name="After">Only records with a greater id; 0 for all.</param>
/// <param name="Since">Only records from this moment on; null for all.</param>
/// <param name="Actor">Only this actor's; null for all.</param>
/// <param name="Action">Only this action; null for all.</param>
/// <param name="Newest">Whether to give the newest that fit (false: the oldest, for going through the whole log page by page).</param>
/// <param name="Limit">At most this many; bounded by <see cref="AuditLog.PageMax"/>.</param>
public sealed record AuditQuery(long After = 0, DateTimeOffset? Since = null, string? Actor = null, string? Action = null,
    bool Newest = true, int Limit = 100);

/// <summary>The append-only record of who did what. Triggers in the database refuse to change or delete a row.</summary>
public sealed class AuditLog(Database database)
{
    /// <summary>Most records that one query returns.</summary>
    public const int PageMax = 10_000;

    const int TextCharsMax = 512;

    /// <summary>Adds an event with the present time. Long texts are shortened and control characters replaced: names are typed by
    /// strangers.</summary>
    public void Append(AuditEvent happened) => database.Write(connection => connection.Execute(
        "insert into audit (at, action, actor, subject, address, detail) values (@at, @action, @actor, @subject, @address, @detail)",
        new
        {
            at = database.Now,
            action = Word(happened.Action),
            actor = Shown(happened.Actor, TextCharsMax),
            subject = Shown(happened.Subject, TextCharsMax),
            address = Shown(happened.Address, TextCharsMax),
            detail = Shown(happened.Detail, TextCharsMax),
        }));

    /// <summary>Reads a bounded part, always in the order of the log.</summary>
    public IReadOnlyList<AuditRecord> Read(AuditQuery query) => database.Read(connection => connection.Query<Row>($"""
        select * from (
          select id as Id, at as AtMillis, action as Action, actor as Actor, subject as Subject, address as Address, detail as Detail
          from audit
          where id > @After and at >= @since and (@Actor is null or actor = @Actor collate nocase) and (@Action is null or action = @Action)
          order by id {(query.Newest ? "desc" : "asc")} limit @limit)
        order by Id
        """, new
    {
        query.After,
        since = query.Since?.ToUnixTimeMilliseconds() ?? 0,
        query.Actor,
        query.Action,
        limit = Math.Clamp(query.Limit, 1, PageMax),
    }).Select(row => row.ToRecord()).ToList());

    /// <summary>The word that stands for an action in the log.</summary>
    public static string Word(AuditAction action) => JsonNamingPolicy.KebabCaseLower.ConvertName(action.ToString());

    /// <summary>Text from outside, made fit to be stored and printed.</summary>
    internal static string Shown(string text, int charsMax)
    {
        var shortened = text.Length > charsMax ? string.Concat(text.AsSpan(0, charsMax - 1), "…") : text;
        return shortened.Any(char.IsControl) ? new string([.. shortened.Select(c => char.IsControl(c) ? '?' : c)]) : shortened;
    }

    sealed class Row
    {
        public long Id { get; init; }
        public long AtMillis { get; init; }
        public string Action { get; init; } = "";
        public string Actor { get; init; } = "";
        public string Subject { get; init; } = "";
        public string Address { get; init; } = "";
        public string Detail { get; init; } = "";

        public AuditRecord ToRecord() => new(Id, Database.Instant(AtMillis), Action, Actor, Subject, Address, Detail);
    }
}
