using System.Globalization;
using AngleSharp.Dom;
using AngleSharp.Html.Dom;
using DynamicSampling.Dashboard.Layout;
using DynamicSampling.Dashboard.Settings;
using DynamicSampling.Tasks.Sampling;
using DynamicSampling.Tasks.SamplingTasks;

namespace DynamicSampling.Tests.Dashboard.Settings;

public sealed class SettingsPageTests
{
    private static readonly OrganizationSettings Stored = new()
    {
        TargetSampleRate = 0.036, Tiers = [new(1e6, 0.5)], Pins = [new("<b>", "GET /", Always: true)], Biases = new() { Replays = false },
    };

    private static readonly SettingsView View = new("acme", Stored, "\"v1\"", Error: null, new(0.036, TargetSource.Setting), new()) { Cycle = TimeSpan.FromMinutes(1) };

    [Fact]
    public async Task Page_Settings_AreInTheFieldsWithWhatHoldsOtherwise()
    {
        var page = await PageAsync(new(View, SettingsForm.Of(Stored)));

        Assert.Equal("3.6", Field(page, "targetSampleRate").Value);
        Assert.Contains("default, 10.0 %", page.QuerySelector("#f-targetSampleRate-hint")!.Read(), StringComparison.Ordinal);
        Assert.Contains("default, 80.0 %", page.QuerySelector("#f-intensity-hint")!.Read(), StringComparison.Ordinal);
        Assert.Equal("", Field(page, "intensity").Value);
        Assert.Equal("1000000", Field(page, "tiers[0].monthlyVolume").Value);
        Assert.Equal("<b>", Field(page, "pins[0].project").Value);
        Assert.False(Field(page, "biases.replays").IsChecked);
        Assert.True(Field(page, "biases.healthChecks").IsChecked);
        Assert.Equal("\"v1\"", Field(page, "version").Value);
        Assert.Contains("3.60 % of all traces, its own setting", page.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
        Assert.Empty(page.QuerySelectorAll(".problem, .notice"));
    }

    [Fact]
    public async Task Page_EveryField_HasALabelAndIsSaidWhatIsWrong()
    {
        var form = SettingsForm.Of(Stored);
        form["targetSampleRate"] = "150";
        form["pins[0].project"] = "..";
        SettingsForm.Read(form);
        var page = await PageAsync(new(View, form));

        foreach (var control in page.QuerySelectorAll("input:not([type=hidden]), select"))
            Assert.True(page.QuerySelector($"label[for='{control.Id}']") is not null || control.Closest("label") is not null, control.OuterHtml);
        Assert.Equal(["#f-targetSampleRate", "#f-pins-0-project"], page.QuerySelectorAll("#problems a").Select(link => link.GetAttribute("href")));
        foreach (var link in page.QuerySelectorAll("#problems a"))
        {
            var field = page.GetElementById(link.GetAttribute("href")![1..])!;
            Assert.Equal("true", field.GetAttribute("aria-invalid"));
            Assert.All(field.GetAttribute("aria-describedby")!.Split(' '), id => Assert.NotNull(page.GetElementById(id)));
        }

        Assert.Equal("150", Field(page, "targetSampleRate").Value);
        Assert.True(page.QuerySelector("#problems")!.HasAttribute("autofocus"));
    }

    [Fact]
    public async Task Page_Unreadable_SaysWhatToDo()
    {
        var page = await PageAsync(new(View with { Stored = null, Error = "They cannot be read." }, SettingsForm.Of(null)));

        Assert.Contains("They cannot be read. The organization keeps the rates", page.QuerySelector(".notice.bad")!.Read(), StringComparison.Ordinal);
        Assert.NotNull(page.QuerySelector("button[value=reset]"));
    }

    [Fact]
    public async Task Page_NothingStored_HasNothingToDrop()
    {
        var page = await PageAsync(new(View with { Stored = null, Version = "" }, SettingsForm.Of(null)));

        Assert.Null(page.QuerySelector("button[value=reset]"));
        Assert.Contains("no settings of its own", page.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Pinned_CanBeEnded()
    {
        var page = await PageAsync(new(View with { Pin = new(12, Rendered.Now.AddMinutes(5), "anna") }, SettingsForm.Of(Stored)));

        Assert.Contains("version 12", page.QuerySelector(".notice.warn h2")!.Read(), StringComparison.Ordinal);
        Assert.Contains("(in 5 min)", page.QuerySelector(".notice.warn p")!.Read(), StringComparison.Ordinal);
        Assert.Equal("/organizations/acme/settings/rates/unpin", page.QuerySelector(".notice.warn form")!.GetAttribute("action"));
    }

    [Fact]
    public async Task Page_Saved_SaysWhatComesNextAndOffersIt()
    {
        var page = await PageAsync(new(View, SettingsForm.Of(Stored)) { Done = "Saved." });
        var unscheduled = await PageAsync(new(View with { Cycle = null }, SettingsForm.Of(Stored)) { Done = "Saved." });

        Assert.Equal("Saved. The next pass computes rates for it, within 1 min.", page.QuerySelector(".notice.good p")!.Read());
        Assert.Equal("/tasks/rebalance_orgs", page.QuerySelector(".notice.good form")!.GetAttribute("action"));
        Assert.Equal("acme", page.QuerySelector(".notice.good input[name=organization]")!.GetAttribute("value"));
        Assert.Contains("Scheduling:Enabled", unscheduled.QuerySelector(".notice.good p")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_WhoMayOnlyLook_HasNothingToPress()
    {
        var page = await PageAsync(new(View with { Pin = new(1, Rendered.Now.AddDays(1), "anna") }, SettingsForm.Of(Stored)), mayChange: false);

        Assert.Empty(page.QuerySelectorAll("main button"));
        Assert.True(page.QuerySelector("form#settings > fieldset")!.HasAttribute("disabled"));
        Assert.Contains("scope operate", page.QuerySelector("main")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Preview_ShowsBeforeAndAfter()
    {
        var form = SettingsForm.Of(Stored);
        form["biases.replays"] = "on";
        var effect = new SettingsEffect(SettingsEffectKind.Published, Rendered.Now.AddHours(-1), Rendered.Now)
        {
            Target = new(0.1, TargetSource.Default),
            Difference = new(36, 100, 2, []),
            Projects = [new("a/b", 1000, 36, 100)],
        };
        var page = await PageAsync(new(View, form) { Effect = effect });
        var preview = page.QuerySelector("#preview")!;

        Assert.Contains("3.60 % → 10.0 %", preview.Read(), StringComparison.Ordinal);
        Assert.Contains("its own setting → the service's default", preview.Read(), StringComparison.Ordinal);
        Assert.Contains("36 → 100", preview.Read(), StringComparison.Ordinal);
        Assert.Equal("a/b 1,000 3.60 % 10.0 % 36 100", preview.QuerySelector("tbody tr")!.Read());
        Assert.Equal("/organizations/acme/services/a%2Fb", preview.QuerySelector("tbody a")!.GetAttribute("href"));
        Assert.Contains("rules document only", preview.Read(), StringComparison.Ordinal);
        Assert.Equal("settings", preview.QuerySelector("button[value=save]")!.GetAttribute("form"));
    }

    [Theory]
    [InlineData(SettingsEffectKind.WithoutVolumes, "no traffic in the last hour")]
    [InlineData(SettingsEffectKind.Pinned, "when the pin ends")]
    [InlineData(SettingsEffectKind.TooSlow, "too large")]
    [InlineData(SettingsEffectKind.Busy, "Preview again in a few seconds")]
    [InlineData(SettingsEffectKind.Failed, "would fail")]
    [InlineData(SettingsEffectKind.Unchanged, "publish nothing")]
    [InlineData(SettingsEffectKind.Published, "No served rate changes")]
    public async Task Page_PreviewThatShowsNoRates_SaysWhy(SettingsEffectKind kind, string said)
    {
        var page = await PageAsync(new(View, SettingsForm.Of(Stored)) { Effect = new(kind, Rendered.Now, Rendered.Now) });

        Assert.Contains(said, page.QuerySelector("#preview")!.Read(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Page_Stale_ShowsBothValuesAndTheWaysOn()
    {
        var form = SettingsForm.Of(Stored);
        form["targetSampleRate"] = "";
        var page = await PageAsync(new(View, form) { Theirs = FieldDifference.Of(SettingsForm.Of(Stored), form, SettingsForm.IsMember) });

        Assert.Equal("Keep, in % of all traces 3.6 empty", page.QuerySelector("#stale tbody")!.Read());
        Assert.Equal("/organizations/acme/settings", page.QuerySelector("#stale a.primary")!.GetAttribute("href"));
        Assert.Equal("settings", page.QuerySelector("#stale button")!.GetAttribute("form"));
    }

    [Fact]
    public async Task Page_Changes_AreInWords()
    {
        ChangeLine[] changes =
        [
            new(Rendered.Now, "anna", "settings_put", Project: null, Subject: null, [new("targetSampleRate", null, "0.1"), new("x", "<i>", new('y', 1000))]),
            new(Rendered.Now, "bob", "settings_deleted", "checkout", Subject: null, []),
        ];
        var page = await PageAsync(new(View with { Changes = changes }, SettingsForm.Of(Stored)));
        var lines = page.QuerySelectorAll(".changes > li");

        Assert.StartsWith("Settings saved by anna, 2026-11-22 10:00:00 UTC targetSampleRate: not set → 0.1 x: <i> → yyy", lines[0].Read(), StringComparison.Ordinal);
        Assert.Equal("Settings of project checkout dropped by bob, 2026-11-22 10:00:00 UTC", lines[1].Read());
        Assert.True(lines[0].Read().Length < 300);
    }

    [Fact]
    public async Task Page_OtherCulture_IsTheSame()
    {
        var invariant = (await PageAsync(new(View, SettingsForm.Of(Stored)))).DocumentElement.OuterHtml;
        var culture = CultureInfo.CurrentCulture;
        var other = (CultureInfo)CultureInfo.InvariantCulture.Clone();
        (other.NumberFormat.NumberDecimalSeparator, other.NumberFormat.NumberGroupSeparator, other.NumberFormat.NegativeSign) = (",", ".", "~");
        try
        {
            CultureInfo.CurrentCulture = other;
            Assert.Equal(invariant, (await PageAsync(new(View, SettingsForm.Of(Stored)))).DocumentElement.OuterHtml);
        }
        finally
        {
            CultureInfo.CurrentCulture = culture;
        }
    }

    [Fact]
    public async Task ProjectPage_TargetInModeOrganization_SaysThatItHasNoEffect()
    {
        var view = new ProjectSettingsView(new("acme", "p"), new() { TargetSampleRate = 0.5 }, "\"v\"", Error: null, View.Target, View) { Note = "It is stored but not used." };
        var perProject = view with { Note = null, Target = new(0.5, TargetSource.Setting), Organization = View with { Stored = Stored with { Mode = SamplingMode.Project } } };
        var without = await ProjectPageAsync(view);
        var with = await ProjectPageAsync(perProject);

        Assert.Contains("It is stored but not used.", without.QuerySelector(".notice.warn")!.Read(), StringComparison.Ordinal);
        Assert.Contains("has no effect now", without.QuerySelector("form")!.Read(), StringComparison.Ordinal);
        Assert.Contains("3.60 % of all traces, the organization's target", without.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
        Assert.Empty(with.QuerySelectorAll(".notice"));
        Assert.Contains("its own setting", with.QuerySelector(".head")!.Read(), StringComparison.Ordinal);
        Assert.Equal("as the organization (off)", with.QuerySelector("select[name='biases.replays'] option")!.Read());
    }

    private static IHtmlInputElement Field(IHtmlDocument page, string name) => (IHtmlInputElement)page.QuerySelector($"[name='{name}']")!;

    private static Task<IHtmlDocument> PageAsync(SettingsModel<SettingsView> model, bool mayChange = true) =>
        Rendered.PageAsync<SettingsPage, SettingsModel<SettingsView>>(model, Rendered.Frame(Section.Settings, "acme", mayChange));

    private static Task<IHtmlDocument> ProjectPageAsync(ProjectSettingsView view) =>
        Rendered.PageAsync<ProjectSettingsPage, SettingsModel<ProjectSettingsView>>(
            new(view, ProjectSettingsForm.Of(view.Stored)), Rendered.Frame(Section.Services, "acme"));
}
