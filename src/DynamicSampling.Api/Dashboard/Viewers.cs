using DynamicSampling.Api.Authentication;
using DynamicSampling.Dashboard.Layout;

namespace DynamicSampling.Api.Dashboard;

/// <summary>Tells the dashboard what somebody may do, so that it offers nothing that would be refused.</summary>
internal sealed class Viewers : IViewers
{
    public Viewer Find(HttpContext http) => Caller.GrantOf(http) is { } grant
        ? new(grant.Name, grant.Has(Scope.Read | Scope.Operate), grant.IsForAll)
        : new(Name: null, MayChange: true, SeesAll: true);
}
