using Dapper;

namespace RemoteChain.Gateway.Store;

/// <summary>
/// Failed sign-ins within a sliding window, and the locks that came of them. Kept in the database so that a restart of the node is no
/// way out of a lock. A subject is an account name or an address, with a prefix that keeps the two apart.
/// </summary>
public sealed class SignInFailureStore(Database database)
{
    /// <summary>Failures that are kept in all; a flood from many addresses cannot fill the disk.</summary>
    public const int FailuresMax = 100_000;

    /// <summary>When the subject's lock ends; null when it is not locked.</summary>
    public DateTimeOffset? LockedUntil(string subject)
    {
        var until = database.Read(connection => connection.ExecuteScalar<long?>(
            "select until from sign_in_lock where subject = @subject and until > @now", new { subject, now = database.Now }));
        return until is { } millis ? Database.Instant(millis) : null;
    }

    /// <summary>Counts a failure; locks the subject when that makes <paramref name="failuresMax"/> within the window.</summary>
    /// <returns>Whether this failure locked it.</returns>
    public bool Count(string subject, int failuresMax, TimeSpan window, TimeSpan lockFor) => database.Write(connection =>
    {
        var now = database.Now;
        connection.Execute("""
            delete from sign_in_failure where at <= @tooOld;
            delete from sign_in_lock where until <= @now;
            insert into sign_in_failure values (@subject, @now);
            delete from sign_in_failure where rowid <= (select max(rowid) from sign_in_failure) - @FailuresMax;
            """, new { subject, now, tooOld = now - (long)window.TotalMilliseconds, FailuresMax });
        if (connection.ExecuteScalar<long>("select count(*) from sign_in_failure where subject = @subject",
            new { subject }) < failuresMax) return false;
        // The failures have been answered with the lock; when it ends, counting begins anew.
        connection.Execute("""
            insert or replace into sign_in_lock values (@subject, @until);
            delete from sign_in_failure where subject = @subject;
            """, new { subject, until = now + (long)lockFor.TotalMilliseconds });
        return true;
    });

    /// <summary>Forgets the subject's failures and its lock. False when there were none.</summary>
    public bool Forget(string subject) => database.Write(connection => connection.Execute("""
        delete from sign_in_failure where subject = @subject;
        delete from sign_in_lock where subject = @subject;
        """, new { subject }) > 0);
}
