using DynamicSampling.Tasks.Runtime;

namespace DynamicSampling.Tests.Runtime;

public sealed class TaskNamesTests
{
    [Theory]
    [InlineData("BuildReport", "dynamic_sampling.tasks.build_report")]
    [InlineData("build_report", "dynamic_sampling.tasks.build_report")]
    [InlineData("report", "dynamic_sampling.tasks.report")]
    [InlineData("BoostLowVolumeProjects2", "dynamic_sampling.tasks.boost_low_volume_projects2")]
    [InlineData("HTTPReport", "dynamic_sampling.tasks.http_report")]
    [InlineData("acme.jobs.BuildReport", "acme.jobs.BuildReport")]
    [InlineData("dynamic_sampling.tasks.build_report", "dynamic_sampling.tasks.build_report")]
    public void Normalize_Name_IsTheFullName(string name, string expected) => Assert.Equal(expected, TaskNames.Normalize(name));

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData(" \t")]
    public void Normalize_NoName_IsRefused(string? name) => Assert.ThrowsAny<ArgumentException>(() => TaskNames.Normalize(name!));

    [Theory]
    [InlineData("dynamic_sampling.tasks.build_report", "build_report")]
    [InlineData("acme.jobs.BuildReport", "acme.jobs.BuildReport")]
    [InlineData("build_report", "build_report")]
    public void Shorten_FullName_IsWithoutOurPrefix(string taskName, string expected) => Assert.Equal(expected, TaskNames.Shorten(taskName));
}
