using System.Security.Cryptography;
using System.Text;

namespace RemoteChain.Gateway.Hops.Relays;

/// <summary>
/// How two nodes come to know each other's key. The code travels between two people, never between the nodes: each proves that it has the
/// code together with the two keys that it sees, so that somebody in the middle, whose keys are others, can use neither proof. The code has
/// 125 random bits, so that nobody finds it from a proof.
/// </summary>
public sealed class Enrolment(TimeProvider time)
{
    /// <summary>How long a code can be used.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromMinutes(10);

    /// <summary>Codes that may wait to be used.</summary>
    public const int WaitingMax = 32;

    private const int Groups = 5, GroupChars = 5;

    // Crockford's base32 in lower case: no i, l, o, u.
    private const string Alphabet = "0123456789abcdefghjkmnpqrstvwxyz";

    private readonly Lock _gate = new();
    private readonly List<Invitation> _invitations = [];

    /// <summary>A new code for a node that shall be called so; an older one for the same name is void. Null when too many wait.</summary>
    public string? Invite(string name)
    {
        lock (_gate)
        {
            _invitations.RemoveAll(invitation => invitation.Name == name || invitation.Until <= time.GetUtcNow());
            if (_invitations.Count >= WaitingMax)
            {
                return null;
            }

            string code = string.Join('-', Enumerable.Range(0, Groups).Select(_ => RandomNumberGenerator.GetString(Alphabet, GroupChars)));
            _invitations.Add(new Invitation(name, KeyOf(code), time.GetUtcNow() + Lifetime));
            return code;
        }
    }

    /// <summary>Uses a code up. Null when no code that can be used fits the proof.</summary>
    /// <param name="proof">What the other node said.</param>
    /// <param name="comerId">Id of the key that it showed.</param>
    /// <param name="ownId">Id of this node's key.</param>
    /// <returns>The name that the invitation was for, and this node's own proof.</returns>
    public (string Name, string Proof)? Redeem(string proof, byte[] comerId, byte[] ownId)
    {
        lock (_gate)
        {
            _invitations.RemoveAll(invitation => invitation.Until <= time.GetUtcNow());
            foreach (var invitation in _invitations)
            {
                if (IsProof(proof, Proof(invitation.Key, "enrol", comerId, ownId)))
                {
                    _invitations.Remove(invitation);
                    return (invitation.Name, Convert.ToHexStringLower(Proof(invitation.Key, "enrolled", comerId, ownId)));
                }
            }

            return null;
        }
    }

    /// <summary>What the node with the code says.</summary>
    public static string ProofOf(string code, byte[] ownId, byte[] inviterId) => Convert.ToHexStringLower(Proof(KeyOf(code), "enrol", ownId, inviterId));

    /// <summary>Whether the other node has the code as well, and sees the same keys.</summary>
    public static bool IsAnswer(string proof, string code, byte[] ownId, byte[] inviterId) =>
        IsProof(proof, Proof(KeyOf(code), "enrolled", ownId, inviterId));

    private static bool IsProof(string said, byte[] expected) =>
        CryptographicOperations.FixedTimeEquals(Encoding.ASCII.GetBytes(said), Encoding.ASCII.GetBytes(Convert.ToHexStringLower(expected)));

    private static byte[] Proof(byte[] key, string purpose, byte[] comerId, byte[] inviterId) =>
        HMACSHA256.HashData(key, (byte[])[.. Encoding.ASCII.GetBytes($"RemoteChain {purpose} 1\n"), .. comerId, .. inviterId]);

    /// <summary>People leave dashes out and type capitals.</summary>
    private static byte[] KeyOf(string code) =>
        SHA256.HashData(Encoding.UTF8.GetBytes(new string([.. code.Where(char.IsAsciiLetterOrDigit)]).ToLowerInvariant()));

    private sealed record Invitation(string Name, byte[] Key, DateTimeOffset Until);
}
