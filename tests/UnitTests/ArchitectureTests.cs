using System.Reflection;
using System.Reflection.Emit;
using System.Runtime.CompilerServices;
using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests
{
    /// <summary>
    /// Holds the direction of references between the folders of the library: what types derive from, hold, take, return, are
    /// marked with, and use in the bodies of their methods.
    /// </summary>
    public sealed class ArchitectureTests
    {
        private const string Root = "DynamicSampling.Tasks.";
        private const string Logging = "Microsoft.Extensions.Logging.Abstractions";
        private static readonly Assembly Library = typeof(TaskContext).Assembly;
        private static readonly string BclFolder = Path.GetDirectoryName(typeof(object).Assembly.Location)!;

        // The last part of each namespace that may be used, and assemblies beyond the base class library.
        private static readonly Dictionary<string, string[]> Allowed = new(StringComparer.Ordinal)
        {
            ["Models"] = [],
            ["Telemetry"] = [Logging],
            ["Runtime"] = ["Telemetry", Logging],
            ["Runs"] =
            [
                "Runtime", "Telemetry", Logging, "Microsoft.Extensions.DependencyInjection.Abstractions",
                "Microsoft.Extensions.Hosting.Abstractions",
            ],
            ["Sampling"] = ["Models", "Sampling.Rules"],
            ["Sampling.Rules"] = ["Models", "Sampling"],
            ["SamplingTasks"] = ["Runtime", "Models", "Sampling", "Sampling.Rules", "Telemetry", Logging, "Microsoft.Extensions.Options"],
        };

        public static TheoryData<string> Folders => new(Allowed.Keys);

        [Theory]
        [MemberData(nameof(Folders))]
        public void Folder_UsesOnlyWhatItMay(string folder)
        {
            var types = Library.GetTypes().Where(type => string.Equals(type.Namespace, Root + folder, StringComparison.Ordinal)).ToList();

            Assert.NotEmpty(types);
            Assert.Empty(Violations(types, Root + folder, Allowed[folder]));
        }

        [Fact]
        public void AspNetCore_IsUsedByThePipelineOnly()
        {
            string[] mayUse = [Root + "Pipeline", "Microsoft.AspNetCore.Builder", "Microsoft.Extensions.DependencyInjection"];
            var users = Library.GetTypes()
                .Where(type => type.Namespace is { } space && !mayUse.Contains(space, StringComparer.Ordinal) && !IsGenerated(type))
                .SelectMany(type => Dependencies(type).Where(IsAspNetCore).Select(used => $"{type} uses {used}"));

            Assert.Empty(users);
            Assert.Contains(Library.GetTypes(), type => type.Namespace == Root + "Pipeline" && Dependencies(type).Any(IsAspNetCore));
        }

        [Theory]
        [InlineData(typeof(DynamicSampling.Dashboard.DashboardHosting), "DynamicSampling.Tasks")]
        [InlineData(typeof(TaskContext), "")]
        public void Assembly_RefersToThoseBelowItOnly(Type type, string expected) => Assert.Equal(
            expected,
            string.Join(' ', type.Assembly.GetReferencedAssemblies().Select(used => used.Name!).Where(name => name.StartsWith("DynamicSampling", StringComparison.Ordinal))));

        [Fact]
        public void EveryNamespace_HasARule() => Assert.Empty(Library.GetTypes()
            .Where(type => !IsGenerated(type) && type.Namespace?.StartsWith(Root, StringComparison.Ordinal) == true)
            .Select(type => type.Namespace![Root.Length..]).Distinct(StringComparer.Ordinal).Except([.. Allowed.Keys, "Pipeline"]));

        [Theory]
        [InlineData(typeof(ArchitectureSamples.Clean), false)]
        [InlineData(typeof(ArchitectureSamples.InAField), true)]
        [InlineData(typeof(ArchitectureSamples.InASignature), true)]
        [InlineData(typeof(ArchitectureSamples.InAGenericArgument), true)]
        [InlineData(typeof(ArchitectureSamples.AsABase), true)]
        [InlineData(typeof(ArchitectureSamples.AsAnAttribute), true)]
        [InlineData(typeof(ArchitectureSamples.InABody), true)]
        [InlineData(typeof(ArchitectureSamples.InALambda), true)]
        [InlineData(typeof(ArchitectureSamples.InAnAsyncBody), true)]
        public void Checker_KnownViolation_IsFound(Type sample, bool violates)
        {
            Type[] types = [sample, .. sample.GetNestedTypes(Everything)];

            Assert.Equal(violates, types.SelectMany(Dependencies).Any(IsAspNetCore));
            Assert.Equal(violates, Violations(types, sample.Namespace!, [Logging]).Any());
        }

        [Fact]
        public void Checker_NamespaceOfOurOwn_IsFoundUnlessAllowed()
        {
            Type[] sample = [typeof(ArchitectureSamples.UsesRuntime)];

            Assert.Contains("TaskContext", Assert.Single(Violations(sample, sample[0].Namespace!, ["Models"])), StringComparison.Ordinal);
            Assert.Empty(Violations(sample, sample[0].Namespace!, ["Runtime"]));
        }

        private const BindingFlags Everything =
            BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.Instance | BindingFlags.Static | BindingFlags.DeclaredOnly;

        private static readonly Dictionary<short, OpCode> OpCodesByValue = typeof(OpCodes).GetFields()
            .Select(field => (OpCode)field.GetValue(null)!).ToDictionary(code => code.Value);

        private static IEnumerable<string> Violations(IEnumerable<Type> types, string home, string[] allowed) => types
            .Where(type => !IsGenerated(type) || type.IsNested)
            .SelectMany(type => Dependencies(type).Where(used => !IsAllowed(used, home, allowed)).Select(used => $"{type} uses {used}"))
            .Distinct(StringComparer.Ordinal);

        private static bool IsAllowed(Type used, string home, string[] allowed)
        {
            if (used.Namespace is null || string.Equals(used.Namespace, home, StringComparison.Ordinal))
                return true;
            if (used.Assembly == Library)
                return IsGenerated(used) || allowed.Contains(used.Namespace.Replace(Root, "", StringComparison.Ordinal), StringComparer.Ordinal);
            return string.Equals(Path.GetDirectoryName(used.Assembly.Location), BclFolder, StringComparison.Ordinal)
                || allowed.Contains(used.Assembly.GetName().Name, StringComparer.Ordinal)
                || (used.Assembly == typeof(ArchitectureTests).Assembly && IsGenerated(used));
        }

        private static bool IsAspNetCore(Type type) =>
            type.Assembly.GetName().Name!.StartsWith("Microsoft.AspNetCore", StringComparison.Ordinal);

        // Of the compiler and of source generators: in no folder, or in namespaces of their own.
        private static bool IsGenerated(Type type) => type.Namespace is null
            || type.IsDefined(typeof(CompilerGeneratedAttribute), inherit: false)
            || type.FullName!.Contains("__OptionValidation", StringComparison.Ordinal);

        private static HashSet<Type> Dependencies(Type type)
        {
            var found = new HashSet<Type>();
            Add(type.BaseType);
            AddAll(type.GetInterfaces());
            AddAttributes(type);
            foreach (var member in type.GetMembers(Everything))
            {
                AddAttributes(member);
                switch (member)
                {
                    case FieldInfo field:
                        Add(field.FieldType);
                        break;
                    case PropertyInfo property:
                        Add(property.PropertyType);
                        break;
                    case EventInfo happening:
                        Add(happening.EventHandlerType);
                        break;
                    case MethodBase method:
                        AddSignature(method);
                        AddBody(method);
                        break;
                }
            }

            return found;

            void AddAll(IEnumerable<Type> types)
            {
                foreach (var used in types)
                    Add(used);
            }

            void Add(Type? used)
            {
                if (used is null)
                    return;
                if (used.HasElementType)
                {
                    Add(used.GetElementType());
                }
                else if (used.IsGenericParameter)
                {
                    AddAll(used.GetGenericParameterConstraints());
                }
                else if (found.Add(used.IsGenericType ? used.GetGenericTypeDefinition() : used) || used.IsConstructedGenericType)
                {
                    if (used.IsConstructedGenericType)
                        AddAll(used.GetGenericArguments().Where(argument => !argument.IsGenericParameter));
                }
            }

            void AddAttributes(MemberInfo member) => AddAll(member.GetCustomAttributesData().SelectMany(
                data => data.ConstructorArguments.Select(argument => argument.Value as Type).OfType<Type>().Prepend(data.AttributeType)));

            void AddSignature(MethodBase method)
            {
                AddAll(method.GetParameters().Select(parameter => parameter.ParameterType));
                Add((method as MethodInfo)?.ReturnType);
                if (method.IsGenericMethod)
                    AddAll(method.GetGenericArguments());
            }

            void AddBody(MethodBase method)
            {
                if (method.GetMethodBody() is not { } body)
                    return;
                AddAll(body.LocalVariables.Select(local => local.LocalType));
                AddAll(body.ExceptionHandlingClauses
                    .Where(clause => clause.Flags == ExceptionHandlingClauseOptions.Clause).Select(clause => clause.CatchType!));
                foreach (var token in Tokens(body.GetILAsByteArray()!))
                {
                    var used = method.Module.ResolveMember(
                        token, type.IsGenericType ? type.GetGenericArguments() : null, method.IsGenericMethod ? method.GetGenericArguments() : null);
                    Add(used as Type ?? used!.DeclaringType);
                    if (used is MethodBase called)
                        AddSignature(called);
                    else if (used is FieldInfo field)
                        Add(field.FieldType);
                }
            }
        }

        /// <summary>The metadata tokens of types, methods and fields in a method's code.</summary>
        private static IEnumerable<int> Tokens(byte[] code)
        {
            for (var at = 0; at < code.Length;)
            {
                var value = code[at++];
                var operation = OpCodesByValue[value == 0xFE ? (short)(0xFE00 | code[at++]) : value];
                switch (operation.OperandType)
                {
                    case OperandType.InlineField or OperandType.InlineMethod or OperandType.InlineTok or OperandType.InlineType:
                        yield return BitConverter.ToInt32(code, at);
                        at += 4;
                        break;
                    case OperandType.InlineSwitch:
                        at += 4 + (4 * BitConverter.ToInt32(code, at));
                        break;
                    case OperandType.InlineNone:
                        break;
                    case OperandType.ShortInlineBrTarget or OperandType.ShortInlineI or OperandType.ShortInlineVar:
                        at += 1;
                        break;
                    case OperandType.InlineVar:
                        at += 2;
                        break;
                    case OperandType.InlineI8 or OperandType.InlineR:
                        at += 8;
                        break;
                    default:
                        at += 4;
                        break;
                }
            }
        }
    }
}

namespace DynamicSampling.Tests.ArchitectureSamples
{
#pragma warning disable CS0169, IDE0044 // The samples are looked at, never used.
    internal sealed class Clean
    {
        public static string Read(IReadOnlyList<string> list) => string.Concat(list.Select(item => item + "!"));
    }

    internal sealed class InAField
    {
        private Microsoft.AspNetCore.Http.HttpContext? _field;
    }

    internal sealed class InASignature
    {
        public static void Take(Microsoft.AspNetCore.Http.HttpContext[] contexts) => ArgumentNullException.ThrowIfNull(contexts);
    }

    internal sealed class InAGenericArgument
    {
        private Func<List<Microsoft.AspNetCore.Http.HttpContext>>? _field;
    }

    internal sealed class AsABase : Microsoft.AspNetCore.Http.BadHttpRequestException
    {
        public AsABase()
            : base("sample")
        {
        }
    }

    [Microsoft.AspNetCore.Mvc.ApiController]
    internal sealed class AsAnAttribute;

    internal sealed class InABody
    {
        public static int Read() => Microsoft.AspNetCore.Http.StatusCodes.Status200OK + new Microsoft.AspNetCore.Http.HeaderDictionary().Count;
    }

    internal sealed class InALambda
    {
        public static Func<object> Make() => static () => new Microsoft.AspNetCore.Http.HeaderDictionary();
    }

    internal sealed class InAnAsyncBody
    {
        public static async Task<object> MakeAsync()
        {
            await Task.Yield();
            return new Microsoft.AspNetCore.Http.HeaderDictionary();
        }
    }

    internal sealed class UsesRuntime
    {
        public static object Make() => new DynamicSampling.Tasks.Runtime.TaskContext("sample", TimeSpan.FromSeconds(1));
    }
}
