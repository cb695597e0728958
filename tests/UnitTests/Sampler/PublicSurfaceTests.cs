using System.Reflection;
using System.Text;
using DynamicSampling.Sampler;

namespace DynamicSampling.Tests.Sampler;

/// <summary>What users of the package can call, so that it does not change unnoticed.</summary>
public sealed class PublicSurfaceTests
{
    private const BindingFlags Declared = BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

    [Fact]
    public void PublicSurface_IsTheApproved()
    {
        var received = Describe(typeof(RemoteSampler).Assembly);
        var path = Path.Combine(AppContext.BaseDirectory, "Sampler", "approved.api.txt");
        if (File.Exists(path) && received == File.ReadAllText(path))
            return;
        var receivedPath = Path.ChangeExtension(path, ".received.txt");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        File.WriteAllText(receivedPath, received);
        Assert.Fail(
            $"""
            The public surface of DynamicSampling.Sampler has changed.
            If that is meant, approve it from the repository's root, and look at the diff:
              cp {receivedPath} tests/UnitTests/Sampler/approved.api.txt
            """);
    }

    private static string Describe(Assembly assembly)
    {
        var text = new StringBuilder();
        foreach (var type in assembly.GetExportedTypes().OrderBy(type => type.FullName, StringComparer.Ordinal))
        {
            text.Append(KindOf(type)).Append(' ').Append(type.FullName);
            if (type.BaseType is { } parent && parent != typeof(object) && parent != typeof(MulticastDelegate))
                text.Append(" : ").Append(parent.FullName);
            foreach (var contract in type.GetInterfaces().Select(contract => contract.Name).Order(StringComparer.Ordinal).Where(_ => !type.IsSubclassOf(typeof(Delegate))))
                text.Append(", ").Append(contract);
            text.Append('\n');
            foreach (var member in type.GetMembers(Declared).Where(IsVisible).Select(Describe).Order(StringComparer.Ordinal))
                text.Append("  ").Append(member).Append('\n');
        }

        return text.ToString();
    }

    private static string KindOf(Type type) => type switch
    {
        { IsEnum: true } => "enum",
        { IsInterface: true } => "interface",
        { IsValueType: true } => "struct",
        { IsAbstract: true, IsSealed: true } => "static class",
        { IsSealed: true } => "sealed class",
        _ => "class",
    };

    private static bool IsVisible(MemberInfo member) => member switch
    {
        MethodBase { IsSpecialName: true, IsConstructor: false } => false,
        MethodBase method => method.IsPublic || method.IsFamily || method.IsFamilyOrAssembly,
        PropertyInfo property => property.GetMethod is { IsPublic: true },
        FieldInfo field => field.IsPublic,
        EventInfo happening => happening.AddMethod is { IsPublic: true },
        Type nested => nested.IsNestedPublic,
        _ => false,
    };

    private static string Describe(MemberInfo member) => member switch
    {
        PropertyInfo property => $"{property}{(property.SetMethod is { IsPublic: true } ? " { get; set; }" : " { get; }")}",
        MethodBase method => $"{(method.IsStatic ? "static " : "")}{method}",
        _ => member.ToString()!,
    };
}
