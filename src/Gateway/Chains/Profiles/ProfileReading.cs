using System.Diagnostics.CodeAnalysis;

namespace RemoteChain.Gateway.Chains.Profiles;

/// <summary>Something to say about a line of a profile: why it is refused, or why it changes nothing here.</summary>
/// <param name="Line">Counted from 1.</param>
/// <param name="Message">A sentence without the place. Names options, never what they are set to: that may be a key.</param>
public sealed record ProfileRemark(int Line, string Message)
{
    /// <inheritdoc/>
    public override string ToString() => $"line {Line}: {Message}";
}

/// <summary>What came of reading a profile: the profile, or every error that was found.</summary>
/// <param name="Profile">Null when there are errors.</param>
/// <param name="Errors">In the order of the file; at most <see cref="ProfileText.ErrorsMax"/>.</param>
/// <param name="Notes">Lines that are accepted and have no effect here.</param>
public sealed record ProfileReading<T>(T? Profile, IReadOnlyList<ProfileRemark> Errors, IReadOnlyList<ProfileRemark> Notes)
    where T : class
{
    /// <summary>Whether the file is a profile that can be used.</summary>
    [MemberNotNullWhen(true, nameof(Profile))]
    public bool IsValid => Profile is not null;
}
