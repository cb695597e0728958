using System.Text;
using DynamicSampling.Dashboard.Text;

namespace DynamicSampling.Dashboard.Charts;

/// <summary>Draws a series as the path of an SVG of 1000 x 100 that is stretched to the chart.</summary>
internal static class SeriesPath
{
    public const int Width = 1000;
    public const int Height = 100;

    public static string Of(TimeSeries series, TimeScale times, ValueScale values)
    {
        var path = new StringBuilder();
        var isFilled = series.Shape == SeriesShape.Area;
        var isDrawing = false;
        for (var i = 0; i < series.Points.Count; i++)
        {
            var (at, value) = series.Points[i];
            var next = i + 1 < series.Points.Count ? series.Points[i + 1].At : times.End;
            if (value is not { } known || next <= times.Start || at >= times.End)
            {
                End();
                continue;
            }

            var y = Format.Svg(Height * (1 - values.At(known)));
            if (isDrawing)
                path.Append('V').Append(y);
            else
                path.Append('M').Append(X(at)).Append(isFilled ? $" {Height}V{y}" : $" {y}");
            path.Append('H').Append(X(next));
            isDrawing = true;
        }

        End();
        return path.ToString();

        string X(DateTimeOffset at) => Format.Svg(Width * times.At(at));

        void End()
        {
            if (isDrawing && isFilled)
                path.Append('V').Append(Height).Append('Z');
            isDrawing = false;
        }
    }
}
