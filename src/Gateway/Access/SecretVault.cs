using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text.Json;
using Microsoft.AspNetCore.DataProtection;
using RemoteChain.Gateway.Store;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// The secret store: entries are encrypted at rest (ASP.NET Core Data Protection, keys in the data directory), written by people, and
/// opened only to start a back. The purpose contains the entry's name, so that a sealed value that is moved to another row does not open.
/// </summary>
public sealed class SecretVault(SecretStore secrets, ChainStore chains, IDataProtectionProvider protection)
{
    /// <summary>The longest field of an entry.</summary>
    public const int FieldCharsMax = 512;

    /// <summary>The longest file that an entry holds.</summary>
    public const int TextCharsMax = 64 * 1024;

    /// <summary>Separates these keys' use from that of other programs that might share them.</summary>
    public const string ApplicationName = "RemoteChain";

    /// <summary>Makes an entry or sets its value.</summary>
    public void Save(Secret secret, Account by)
    {
        var plain = JsonSerializer.SerializeToUtf8Bytes(new Fields(secret.User, secret.Domain, secret.Password, secret.Text));
        var shown = secret.Domain.Length == 0 ? secret.User : $@"{secret.Domain}\{secret.User}";
        secrets.Save(secret.Name, secret.Kind, by.Id == Operator.Account.Id ? null : by.Id, shown, Protector(secret.Name).Protect(plain));
        CryptographicOperations.ZeroMemory(plain);
    }

    /// <summary>Opens an entry for a chain that may have it.</summary>
    /// <param name="chain">The chain whose layer names the secret.</param>
    /// <param name="name">The secret.</param>
    /// <param name="secret">The value.</param>
    /// <param name="why">When it cannot be opened: a sentence that says why and what to do.</param>
    public bool TryOpen(string chain, string name, [NotNullWhen(true)] out Secret? secret, [NotNullWhen(false)] out string? why)
    {
        (secret, why) = (null, null);
        if (secrets.Find(name) is not { } stored || secrets.FindSealed(name) is not { } box)
            why = $"there is no secret '{name}'; make it with `remotechain secret set {name}`, then save the chain again";
        else if (!chains.MayOpen(chain, name))
            why = $"the chain '{chain}' may not open the secret '{name}'; its owner or an admin must save the chain again";
        else
        {
            try
            {
                var fields = JsonSerializer.Deserialize<Fields>(Protector(name).Unprotect(box))!;
                secret = new(name, fields.User, fields.Domain, fields.Password, stored.Kind, fields.Text);
                return true;
            }
            catch (CryptographicException)
            {
                why = $"the secret '{name}' cannot be decrypted: the keys in the data directory are not the ones it was saved with; "
                    + "restore them or set the secret again";
            }
        }
        return false;
    }

    /// <summary>Whether the account may name the secret in a chain, change and delete it: its owner and admins.</summary>
    public static bool MayUse(Account account, StoredSecret secret) => account.IsAdmin || secret.OwnerId == account.Id;

    IDataProtector Protector(string name) => protection.CreateProtector("RemoteChain.Access.Secret", name);

    sealed record Fields(string User, string Domain, string Password, string Text = "");
}
