using System.Text.Json;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>A Dockerfile's instructions, stage by stage.</summary>
internal sealed record Dockerfile(IReadOnlyList<IReadOnlyList<Dockerfile.Instruction>> Stages)
{
    public static Dockerfile Read(string text)
    {
        List<IReadOnlyList<Instruction>> stages = [];
        List<Instruction> stage = [];
        var lines = text.Split('\n').Where(line => !line.TrimStart().StartsWith('#'));
        var joined = string.Join('\n', lines).Replace("\\\n", " ", StringComparison.Ordinal);
        foreach (var line in joined.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var parts = line.Split(' ', 2);
            if (parts[0] is "FROM")
                stages.Add(stage = []);
            stage.Add(new(parts[0], parts.Length > 1 ? parts[1].Trim() : ""));
        }

        return new(stages);
    }

    /// <summary>What is wrong with it for this service; the folder is where it is built.</summary>
    public IEnumerable<string> Problems(string folder)
    {
        var last = Stages[^1];
        if (!Last(last, "FROM").Contains("chiseled", StringComparison.Ordinal))
            yield return "The last stage is not chiselled.";
        if (Last(last, "USER") is "" or "root" or "0")
            yield return "The last stage runs as root.";
        if (!IsExecForm(Last(last, "ENTRYPOINT")))
            yield return "ENTRYPOINT is not in exec form.";
        if (last.Any(instruction => instruction.Name is "RUN" or "HEALTHCHECK" or "SHELL"))
            yield return "The last stage has no shell to run anything.";
        if (!Stages[0].Any(instruction => instruction is { Name: "RUN" } && instruction.Arguments.Contains("--locked-mode", StringComparison.Ordinal)))
            yield return "The restore is not locked.";
        var sources = Stages.SelectMany(stage => stage)
            .Where(instruction => instruction.Name is "COPY" or "ADD" && !instruction.Arguments.Contains("--from=", StringComparison.Ordinal))
            .SelectMany(instruction => instruction.Arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)[..^1]);
        foreach (var source in sources.Where(source => !Path.Exists(Path.Combine(folder, source))))
            yield return $"There is no {source} to copy.";
    }

    private static string Last(IReadOnlyList<Instruction> stage, string name) => stage.LastOrDefault(instruction => instruction.Name == name)?.Arguments ?? "";

    private static bool IsExecForm(string arguments)
    {
        try
        {
            return JsonSerializer.Deserialize<string[]>(arguments) is { Length: > 0 };
        }
        catch (JsonException)
        {
            return false;
        }
    }

    internal sealed record Instruction(string Name, string Arguments);
}
