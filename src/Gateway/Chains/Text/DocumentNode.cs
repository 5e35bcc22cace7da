namespace RemoteChain.Gateway.Chains.Text;

/// <summary>A piece of a document with the place where it stands.</summary>
abstract record DocumentNode(int Line, int Column)
{
    /// <summary>What messages call it.</summary>
    public abstract string Form { get; }
}

/// <summary>A single value. <paramref name="Quoted"/> tells <c>"8"</c> from <c>8</c>, which matters only for null.</summary>
sealed record ScalarNode(int Line, int Column, string Value, bool Quoted) : DocumentNode(Line, Column)
{
    public override string Form => IsNull ? "nothing" : "a value";

    /// <summary>Nothing was written after the key, or YAML's words for nothing.</summary>
    public bool IsNull => !Quoted && Value is "" or "~" or "null";
}

/// <summary>A list.</summary>
sealed record ListNode(int Line, int Column, IReadOnlyList<DocumentNode> Items) : DocumentNode(Line, Column)
{
    public override string Form => "a list";
}

/// <summary>Keys with values, in the order of the document.</summary>
sealed record MapNode(int Line, int Column, IReadOnlyList<MapEntry> Entries) : DocumentNode(Line, Column)
{
    public override string Form => "keys with values";
}

/// <summary>One key with its value.</summary>
sealed record MapEntry(ScalarNode Key, DocumentNode Value);
