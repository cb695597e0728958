using System.Text.Json;
using System.Text.Json.Serialization;

namespace DynamicSampling.Tasks.Sampling.Rules;

/// <summary>
/// Reads and writes conditions: <c>{"op":"and","inner":[…]}</c>, <c>or</c>; <c>{"op":"not","inner":{…}}</c>;
/// <c>{"op":"eq","name":"trace.release","value":["1.0"],"options":{"ignoreCase":true}}</c>, where a value of null asks for a
/// missing attribute; <c>{"op":"glob","name":"event.transaction","value":["*x*"]}</c>.
/// </summary>
/// <remarks>
/// Reading is strict, as conditions come from users and are sent to clients that might drop what they do not know. What is not
/// right is a <see cref="JsonException"/> whose message begins with the place, for instance <c>inner[1].value</c>.
/// </remarks>
public sealed class RuleConditionJsonConverter : JsonConverter<RuleCondition>
{
    /// <summary>How deep conditions may be nested.</summary>
    public const int MaxDepth = 16;

    /// <summary>How many conditions one may consist of, itself included.</summary>
    public const int MaxConditions = 100;

    /// <summary>How many values or patterns a condition may have.</summary>
    public const int MaxValues = 100;

    /// <summary>The longest value or pattern, in UTF-16 characters.</summary>
    public const int MaxValueLength = 500;

    /// <summary>The longest name of an attribute, in UTF-16 characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>True: null is no condition.</summary>
    public override bool HandleNull => true;

    /// <inheritdoc/>
    public override RuleCondition Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Members come in any order, and what they may be depends on the op.
        using var document = JsonDocument.ParseValue(ref reader);
        var left = MaxConditions;
        return Read(document.RootElement, "", 1, ref left);
    }

    /// <inheritdoc/>
    public override void Write(Utf8JsonWriter writer, RuleCondition value, JsonSerializerOptions options)
    {
        ArgumentNullException.ThrowIfNull(writer);
        if (value is null)
        {
            // The default value of an optional member, in a schema for instance.
            writer.WriteNullValue();
            return;
        }

        writer.WriteStartObject();
        switch (value)
        {
            case AndCondition and:
                writer.WriteString("op", "and");
                WriteInner(and.Inner);
                break;
            case OrCondition or:
                writer.WriteString("op", "or");
                WriteInner(or.Inner);
                break;
            case NotCondition not:
                writer.WriteString("op", "not");
                writer.WritePropertyName("inner");
                Write(writer, not.Inner, options);
                break;
            case EqCondition eq:
                writer.WriteString("op", "eq");
                writer.WriteString("name", eq.Name);
                WriteValues(eq.Values);
                if (eq.IgnoreCase)
                {
                    writer.WriteStartObject("options");
                    writer.WriteBoolean("ignoreCase", true);
                    writer.WriteEndObject();
                }

                break;
            case GlobCondition glob:
                writer.WriteString("op", "glob");
                writer.WriteString("name", glob.Name);
                WriteValues(glob.Patterns);
                break;
            default:
                throw new NotSupportedException($"{value.GetType()} has no form in JSON.");
        }

        writer.WriteEndObject();

        void WriteInner(IReadOnlyList<RuleCondition> inner)
        {
            writer.WriteStartArray("inner");
            foreach (var condition in inner)
                Write(writer, condition, options);
            writer.WriteEndArray();
        }

        void WriteValues(IReadOnlyList<string>? values)
        {
            if (values is null)
            {
                writer.WriteNull("value");
                return;
            }

            writer.WriteStartArray("value");
            foreach (var item in values)
                writer.WriteStringValue(item);
            writer.WriteEndArray();
        }
    }

    private static RuleCondition Read(JsonElement element, string path, int depth, ref int left)
    {
        if (depth > MaxDepth)
            throw Error(path, $"conditions must not be nested deeper than {MaxDepth}");
        if (--left < 0)
            throw Error(path, $"there must not be more than {MaxConditions} conditions");
        if (element.ValueKind != JsonValueKind.Object)
            throw Error(path, "must be an object");

        var members = new Members(element, path);
        var condition = members.Op switch
        {
            "and" => new AndCondition(ReadList(members.Take("inner"), members.PathOf("inner"), depth, ref left)),
            "or" => new OrCondition(ReadList(members.Take("inner"), members.PathOf("inner"), depth, ref left)),
            "not" => new NotCondition(Read(members.Take("inner"), members.PathOf("inner"), depth + 1, ref left)),
            "eq" => new EqCondition(ReadName(members), ReadValues(members), ReadIgnoreCase(members)),
            "glob" => (RuleCondition)new GlobCondition(ReadName(members), ReadPatterns(members)),
            _ => throw Error(members.PathOf("op"), "must be 'and', 'or', 'not', 'eq' or 'glob'"),
        };
        members.ThrowIfLeft();
        return condition;
    }

    private static RuleCondition[] ReadList(JsonElement list, string path, int depth, ref int left)
    {
        if (list.ValueKind != JsonValueKind.Array)
            throw Error(path, "must be an array of conditions");
        if (list.GetArrayLength() > left)
            throw Error(path, $"there must not be more than {MaxConditions} conditions");
        var conditions = new RuleCondition[list.GetArrayLength()];
        for (var i = 0; i < conditions.Length; i++)
            conditions[i] = Read(list[i], $"{path}[{i}]", depth + 1, ref left);
        return conditions;
    }

    private static string ReadName(Members members)
    {
        var path = members.PathOf("name");
        var name = ReadString(members.Take("name"), path);
        var isKnown = name.StartsWith("event.", StringComparison.Ordinal) || name.StartsWith("trace.", StringComparison.Ordinal);
        if (!isKnown || name.Length == "event.".Length)
            throw Error(path, "must be 'event.' or 'trace.' and the name of an attribute");
        if (name.Length > MaxNameLength)
            throw Error(path, $"must not be longer than {MaxNameLength} characters");
        return name;
    }

    private static string[]? ReadValues(Members members)
    {
        var path = members.PathOf("value");
        var value = members.Take("value");
        return value.ValueKind switch
        {
            JsonValueKind.Null => null,
            JsonValueKind.String => [ReadValue(value, path)],
            JsonValueKind.Array => ReadValues(value, path),
            _ => throw Error(path, "must be a string, an array of strings or null"),
        };
    }

    private static string[] ReadPatterns(Members members)
    {
        var path = members.PathOf("value");
        var value = members.Take("value");
        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() == 0)
            throw Error(path, "must be an array of at least one pattern");
        return ReadValues(value, path);
    }

    private static string[] ReadValues(JsonElement list, string path)
    {
        if (list.GetArrayLength() > MaxValues)
            throw Error(path, $"must not have more than {MaxValues} values");
        var values = new string[list.GetArrayLength()];
        for (var i = 0; i < values.Length; i++)
            values[i] = ReadValue(list[i], $"{path}[{i}]");
        return values;
    }

    private static string ReadValue(JsonElement element, string path)
    {
        var value = ReadString(element, path);
        if (value.Length > MaxValueLength)
            throw Error(path, $"must not be longer than {MaxValueLength} characters");
        return value;
    }

    private static bool ReadIgnoreCase(Members members)
    {
        if (!members.TryTake("options", out var options))
            return false;
        var path = members.PathOf("options");
        if (options.ValueKind != JsonValueKind.Object)
            throw Error(path, "must be an object");
        var inner = new Members(options, path);
        if (!inner.TryTake("ignoreCase", out var ignoreCase))
        {
            inner.ThrowIfLeft();
            return false;
        }

        if (ignoreCase.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
            throw Error(inner.PathOf("ignoreCase"), "must be true or false");
        inner.ThrowIfLeft();
        return ignoreCase.GetBoolean();
    }

    private static string ReadString(JsonElement element, string path)
    {
        if (element.ValueKind != JsonValueKind.String)
            throw Error(path, "must be a string");
        try
        {
            return element.GetString()!;
        }
        catch (InvalidOperationException)
        {
            throw Error(path, "must be well-formed Unicode");
        }
    }

    private static JsonException Error(string path, string problem) => new($"{(path.Length == 0 ? "condition" : path)}: {problem}.");

    /// <summary>The members of one object, taken one by one, so that what is left over is unknown.</summary>
    private sealed class Members
    {
        private const int LongestShown = 40;

        private readonly Dictionary<string, JsonElement> _left = new(StringComparer.Ordinal);
        private readonly string _path;

        public Members(JsonElement element, string path)
        {
            _path = path;
            foreach (var member in element.EnumerateObject())
            {
                string name;
                try
                {
                    name = member.Name;
                }
                catch (InvalidOperationException)
                {
                    throw Error(path, "has a member whose name is not well-formed Unicode");
                }

                if (!_left.TryAdd(name, member.Value))
                    throw Error(path, $"has the member '{Shown(name)}' twice");
            }
        }

        public string Op => ReadString(Take("op"), PathOf("op"));

        public string PathOf(string member) => _path.Length == 0 ? member : $"{_path}.{member}";

        public JsonElement Take(string member) => TryTake(member, out var value) ? value : throw Error(PathOf(member), "is missing");

        public bool TryTake(string member, out JsonElement value) => _left.Remove(member, out value);

        public void ThrowIfLeft()
        {
            foreach (var name in _left.Keys)
                throw Error(_path, $"has the unknown member '{Shown(name)}'");
        }

        private static string Shown(string name) => name.Length <= LongestShown ? name : name[..LongestShown] + "…";
    }
}
