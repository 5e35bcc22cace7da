namespace RemoteChain.Fuzz;

/// <summary>A parser of untrusted bytes, with inputs that it accepts. It must never throw.</summary>
abstract class FuzzTarget(string name, string what) : IDisposable
{
    /// <summary>What the command line calls it.</summary>
    internal string Name { get; } = name;

    /// <summary>One line for people.</summary>
    internal string What { get; } = what;

    /// <summary>Good inputs to start mutating from.</summary>
    internal abstract IReadOnlyList<byte[]> Seeds { get; }

    /// <summary>Feeds one input.</summary>
    internal abstract void Feed(byte[] input);

    /// <summary>How deep the inputs got, for people: a fuzz that is refused at the first byte tests nothing.</summary>
    internal abstract string Reached { get; }

    public virtual void Dispose()
    {
    }
}
