namespace FreeRdp.Native;

// What the layout tests read: they turn these attributes into C++ assertions, compile them against the installed headers and fail when
// a slot, a size, a constant or a signature has moved. The library itself never looks at them.

/// <summary>The C type that a struct mirrors. Fields have the C names; a non-zero <c>StructLayout.Size</c> claims <c>sizeof</c>.</summary>
[AttributeUsage(AttributeTargets.Struct)]
internal sealed class NativeStructAttribute(string cType, string header) : Attribute
{
    public string CType { get; } = cType;

    public string Header { get; } = header;
}

/// <summary>The C name of a field where it cannot be the C# name (nested members, keywords).</summary>
[AttributeUsage(AttributeTargets.Field)]
internal sealed class NativeNameAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>Every member of the enum, or every constant of the class, equals the C constant with this prefix before its name.</summary>
[AttributeUsage(AttributeTargets.Enum | AttributeTargets.Class)]
internal sealed class NativeConstantsAttribute(string prefix, string header) : Attribute
{
    public string Prefix { get; } = prefix;

    public string Header { get; } = header;
}

/// <summary>Every imported function of the class is declared in this header under the same name.</summary>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class NativeHeaderAttribute(string header) : Attribute
{
    public string Header { get; } = header;
}

/// <summary>Left out of the generated assertions: the C side is not a function of fixed arguments, or is not declared publicly.</summary>
[AttributeUsage(AttributeTargets.Method)]
internal sealed class NotCheckedAttribute(string why) : Attribute
{
    public string Why { get; } = why;
}
