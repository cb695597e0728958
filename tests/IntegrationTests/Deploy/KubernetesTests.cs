using DynamicSampling.IntegrationTests.Api;
using k8s;
using k8s.Models;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using YamlDotNet.Core;

namespace DynamicSampling.IntegrationTests.Deploy;

/// <summary>deploy/kubernetes.yaml, read into Kubernetes' own types: there is no cluster here to apply it to.</summary>
public sealed class KubernetesTests
{
    private const string Path = "deploy/kubernetes.yaml";

    [Fact]
    public async Task Manifest_AsItIs_HasNothingWrong() => Assert.Empty(Problems(Repository.Read(Path), await RoutesAsync()));

    [Theory]
    [InlineData("path: /health/live", "path: /healthz", "There is no GET /healthz")]
    [InlineData("path: /health/ready", "path: /ready", "There is no GET /ready")]
    [InlineData("targetPort: http", "targetPort: web", "targetPort")]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: false", "root")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "hardened")]
    [InlineData("drop: [ALL]", "drop: [NET_RAW]", "hardened")]
    [InlineData("maxUnavailable: 0", "maxUnavailable: 1", "upgrade")]
    [InlineData("args: [migrate]", "args: [serve]", "migrate")]
    [InlineData("terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 30", "time to stop")]
    [InlineData("fieldPath: metadata.name", "fieldPath: metadata.namespace", "Cluster__Node")]
    [InlineData("Password=REPLACE-ME", "Password=hunter2", "password")]
    [InlineData("root__Key: REPLACE-ME", "root__Key: hunter2", "key")]
    [InlineData("dynamic-sampling/client: \"true\"", "{}", "who may come in")]
    public async Task Manifest_SpoiltCopy_IsFound(string text, string spoilt, string problem)
    {
        var file = Repository.Read(Path);
        Assert.Contains(text, file, StringComparison.Ordinal);

        var problems = Problems(file.Replace(text, spoilt, StringComparison.Ordinal), await RoutesAsync());

        Assert.Contains(problems, found => found.Contains(problem, StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("failureThreshold", "failureTreshold")]
    [InlineData("replicas: 3", "replicas: three")]
    public void Manifest_ThatKubernetesDoesNotKnow_IsFound(string text, string spoilt) =>
        Assert.ThrowsAny<YamlException>(() => Load(Repository.Read(Path).Replace(text, spoilt, StringComparison.Ordinal)));

    private static List<object> Load(string file) => KubernetesYaml.LoadAllFromString(file, typeMap: null, strict: true);

    private static async Task<HashSet<string>> RoutesAsync()
    {
        await using var host = new ApiHost();
        return host.Services.GetServices<EndpointDataSource>().SelectMany(source => source.Endpoints).OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET", StringComparer.Ordinal) == true)
            .Select(endpoint => endpoint.RoutePattern.RawText!)
            .ToHashSet(StringComparer.Ordinal);
    }

    private static List<string> Problems(string file, HashSet<string> routes)
    {
        List<string> problems = [];
        var objects = Load(file);
        var deployment = objects.OfType<V1Deployment>().Single();
        var pod = deployment.Spec.Template.Spec;
        var labels = deployment.Spec.Template.Metadata.Labels;
        var container = Assert.Single(pod.Containers);
        var migration = Assert.Single(pod.InitContainers);

        problems.AddRange(new[] { container.StartupProbe, container.LivenessProbe, container.ReadinessProbe }
            .Where(probe => !routes.Contains(probe.HttpGet.Path) || probe.HttpGet.Port != container.Ports[0].Name)
            .Select(probe => $"There is no GET {probe.HttpGet.Path} on the port {probe.HttpGet.Port.Value}."));
        if (pod.SecurityContext is not { RunAsNonRoot: true, RunAsUser: > 0, SeccompProfile.Type: "RuntimeDefault" })
            problems.Add("The pod may run as root.");
        foreach (var item in pod.Containers.Concat(pod.InitContainers))
        {
            if (item.SecurityContext is not { AllowPrivilegeEscalation: false, ReadOnlyRootFilesystem: true, Capabilities.Drop: ["ALL"] })
                problems.Add($"{item.Name} is not hardened.");
            if (item.Resources is not { Requests.Count: > 0, Limits.Count: > 0 })
                problems.Add($"{item.Name} asks for no resources.");
            if (item.Env.SingleOrDefault(variable => variable.Name is "Cluster__Node")?.ValueFrom.FieldRef.FieldPath is not "metadata.name")
                problems.Add($"Cluster__Node of {item.Name} is not the pod's name.");
        }

        if (migration.Args is not ["migrate"] || migration.Image != container.Image)
            problems.Add("The pod does not migrate first, by the same image.");
        if (deployment.Spec.Strategy.RollingUpdate.MaxUnavailable?.Value is not "0" || deployment.Spec.Replicas < 3)
            problems.Add("An upgrade leaves too few nodes.");
        // 30 s of the host's own, and what the pod sleeps before.
        if (pod.TerminationGracePeriodSeconds < 35 + container.Lifecycle.PreStop.Sleep.Seconds)
            problems.Add("The pod has less time to stop than it takes.");
        var secrets = objects.OfType<V1Secret>().Single().StringData;
        if (!secrets["ConnectionStrings__DynamicSampling"].Contains("Password=REPLACE-ME;", StringComparison.Ordinal))
            problems.Add("There is a password in the file.");
        // Too short to be taken, so that nobody runs with it.
        if (secrets["Authentication__ApiKeys__root__Key"] is not "REPLACE-ME" || container.Env.Any(variable => variable.Name == "Authentication__AllowAnonymous"))
            problems.Add("There is a key in the file, or nobody is asked for one.");

        var service = objects.OfType<V1Service>().Single();
        problems.AddRange(service.Spec.Ports.Where(port => port.TargetPort != container.Ports[0].Name).Select(port => $"The targetPort of {port.Name} is no port of the container."));
        if (!service.Spec.Ports.Select(port => port.Port).Order().SequenceEqual([2000, 4318, 5000, 5778]))
            problems.Add("The service has not the four ports that clients know.");
        var selectors = new[]
        {
            deployment.Spec.Selector.MatchLabels, service.Spec.Selector,
            objects.OfType<V1PodDisruptionBudget>().Single().Spec.Selector.MatchLabels,
            objects.OfType<V1NetworkPolicy>().Single().Spec.PodSelector.MatchLabels,
        };
        if (selectors.Any(selector => selector.Count == 0 || selector.Any(label => !labels.TryGetValue(label.Key, out var value) || value != label.Value)))
            problems.Add("A selector does not select the pods.");
        if (objects.OfType<V1NetworkPolicy>().Single().Spec.Ingress.SelectMany(rule => rule.FromProperty).Any(peer => peer.PodSelector?.MatchLabels is not { Count: > 0 }))
            problems.Add("The network policy does not say who may come in.");
        return problems;
    }
}
