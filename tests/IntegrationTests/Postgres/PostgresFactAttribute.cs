namespace DynamicSampling.IntegrationTests.Postgres;

/// <summary>A test that needs PostgreSQL; see <see cref="PostgresPrograms"/>.</summary>
internal sealed class PostgresFactAttribute : Xunit.FactAttribute
{
    public PostgresFactAttribute() => Skip = PostgresPrograms.ReasonToSkip;
}

/// <summary>A test that needs PostgreSQL, once for each row of data.</summary>
internal sealed class PostgresTheoryAttribute : Xunit.TheoryAttribute
{
    public PostgresTheoryAttribute() => Skip = PostgresPrograms.ReasonToSkip;
}
