using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;
using FreeRdp.Native;

namespace FreeRdp.Net.Tests.Layout;

/// <summary>
/// Writes C++ that says, for every mirrored struct, constant and function of the wrapper, what the installed headers must say too.
/// C++ instead of C because templates can take function types apart.
/// </summary>
internal static class LayoutSource
{
    private const string Prologue = """
        #include <cstddef>
        #include <type_traits>
        template<class T> constexpr size_t size_or_zero() { if constexpr (std::is_void_v<T>) return 0; else return sizeof(T); }
        template<class F> struct abi;
        template<class R, class... A> struct abi<R (*)(A...)> {
          template<size_t r, size_t... a> static constexpr bool is() {
            if constexpr (sizeof...(A) != sizeof...(a)) return false;
            else return size_or_zero<R>() == r && ((sizeof(A) == a) && ...);
          }
        };
        """;

    private static readonly Assembly s_wrapper = typeof(FreeRdpLibrary).Assembly;

    public static string Write()
    {
        var headers = new SortedSet<string>(StringComparer.Ordinal) { "freerdp/freerdp.h" };
        var body = new StringBuilder();
        foreach (var type in s_wrapper.GetTypes().OrderBy(t => t.FullName, StringComparer.Ordinal))
        {
            if (type.GetCustomAttribute<NativeStructAttribute>() is { } mirrored)
            {
                headers.Add(mirrored.Header);
                WriteStruct(body, type, mirrored.CType);
            }

            if (type.GetCustomAttribute<NativeConstantsAttribute>() is { } constants)
            {
                headers.Add(constants.Header);
                WriteConstants(body, type, constants.Prefix);
            }

            if (type.GetCustomAttribute<NativeHeaderAttribute>() is { } imports)
            {
                headers.Add(imports.Header);
                WriteFunctions(body, type);
            }
        }

        var source = new StringBuilder();
        foreach (var header in headers)
            source.Append("#include <").Append(header).Append(">\n");
        return source.Append(Prologue).Append('\n').Append(body).ToString();
    }

    private static void WriteStruct(StringBuilder to, Type type, string cType)
    {
        if (type.StructLayoutAttribute is { Size: > 0 } layout)
            Assert(to, $"sizeof({cType}) == {layout.Size}", $"sizeof {cType}");
        foreach (var field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic))
        {
            var name = field.GetCustomAttribute<NativeNameAttribute>()?.Name ?? field.Name;
            var offset = field.GetCustomAttribute<FieldOffsetAttribute>()?.Value
                ?? throw new InvalidOperationException($"{type.Name}.{field.Name} has no FieldOffset.");
            Assert(to, $"offsetof({cType}, {name}) == {offset}", $"{cType}.{name} offset");
            var member = $"std::declval<{cType}&>().{name}";
            Assert(to, $"sizeof({member}) == {SizeOf(field.FieldType)}", $"{cType}.{name} size");
            if (field.FieldType.IsFunctionPointer)
            {
                Assert(to, Abi($"std::remove_reference_t<decltype({member})>", field.FieldType.GetFunctionPointerReturnType(),
                    field.FieldType.GetFunctionPointerParameterTypes()), $"{cType}.{name} signature");
            }
        }
    }

    private static void WriteConstants(StringBuilder to, Type type, string prefix)
    {
        foreach (var field in type.GetFields(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic).Where(f => f.IsLiteral))
        {
            var value = Convert.ToInt64(field.GetRawConstantValue(), System.Globalization.CultureInfo.InvariantCulture);
            Assert(to, $"(long long)({prefix}{field.Name}) == {value}LL", $"{prefix}{field.Name}");
        }
    }

    private static void WriteFunctions(StringBuilder to, Type type)
    {
        foreach (var method in type.GetMethods(BindingFlags.Static | BindingFlags.Public | BindingFlags.NonPublic))
        {
            // A blittable import is the extern method itself, any other a managed stub around it: both carry the C name.
            if (method.GetCustomAttribute<NotCheckedAttribute>() is not null || method.Name.StartsWith('<')
                || method.GetCustomAttribute<NativeConstantsAttribute>() is not null)
                continue;
            Assert(to, Abi($"decltype(&{method.Name})", method.ReturnType, [.. method.GetParameters().Select(p => p.ParameterType)]),
                method.Name);
        }
    }

    private static string Abi(string type, Type returns, IEnumerable<Type> parameters) =>
        $"abi<{type}>::is<{string.Join(", ", parameters.Prepend(returns).Select(SizeOf))}>()";

    private static void Assert(StringBuilder to, string condition, string what) =>
        to.Append("static_assert(").Append(condition).Append(", \"").Append(what).Append("\");\n");

    private static int SizeOf(Type type)
    {
        if (type == typeof(void))
            return 0;
        if (type.IsPointer || type.IsFunctionPointer || type.IsByRef || type == typeof(string) || type == typeof(nint) || type == typeof(nuint))
            return 8;
        if (type.IsEnum)
            return SizeOf(Enum.GetUnderlyingType(type));
        return s_sizes.TryGetValue(type, out var size) ? size
            : type.IsValueType ? Marshal.SizeOf(type)
            : throw new InvalidOperationException($"{type} is not a type of a C interface.");
    }

    private static readonly Dictionary<Type, int> s_sizes = new()
    {
        [typeof(byte)] = 1, [typeof(sbyte)] = 1, [typeof(short)] = 2, [typeof(ushort)] = 2, [typeof(int)] = 4, [typeof(uint)] = 4,
        [typeof(long)] = 8, [typeof(ulong)] = 8,
    };
}
