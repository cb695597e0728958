namespace ReportService;

/// <summary>One sale.</summary>
public sealed record Order(int Number, string Region, int Month, decimal Amount);
