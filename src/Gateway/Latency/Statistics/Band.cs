namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>A range of ranks, as parts of 1: the mean of the values there moves with the level of that region and with nothing else.</summary>
/// <param name="From">Where it begins.</param>
/// <param name="To">Where it ends.</param>
internal readonly record struct Band(double From, double To)
{
    /// <summary>The fastest, without the very first: one mismatched sample must not set it.</summary>
    public static Band Floor => new(0.01, 0.05);

    /// <summary>The middle.</summary>
    public static Band Typical => new(0.40, 0.60);

    /// <summary>The slowest twentieth.</summary>
    public static Band Tail => new(0.95, 1);

    /// <summary>The slowest tenth: what a comparison looks at, so that one in ten samples is enough.</summary>
    public static Band SlowTenth => new(0.90, 1);

    /// <summary>Everything.</summary>
    public static Band All => new(0, 1);
}

/// <summary>A column in order of size, from which band means of any weighting of its rows are read in one walk.</summary>
internal sealed class SortedColumn
{
    private readonly double[] _nanos;
    private readonly int[] _rows, _weights;

    /// <summary>Sorts the rows that are measured.</summary>
    public SortedColumn(double[] nanosOfRow)
    {
        int count = 0;
        _nanos = new double[nanosOfRow.Length];
        _rows = new int[nanosOfRow.Length];
        for (int row = 0; row < nanosOfRow.Length; row++)
        {
            if (!double.IsNaN(nanosOfRow[row]))
            {
                (_nanos[count], _rows[count]) = (nanosOfRow[row], row);
                count++;
            }
        }

        Array.Resize(ref _nanos, count);
        Array.Resize(ref _rows, count);
        Array.Sort(_nanos, _rows);
        _weights = new int[count];
    }

    /// <summary>Measured values, ascending.</summary>
    public ReadOnlySpan<double> Nanos => _nanos;

    /// <summary>The rows in that order.</summary>
    public ReadOnlySpan<int> Rows => _rows;

    /// <summary>The quantile without interpolation: the smallest value that at least that part of all does not exceed.</summary>
    public double Quantile(double quantile) => _nanos[Math.Clamp((int)Math.Ceiling(quantile * _nanos.Length) - 1, 0, _nanos.Length - 1)];

    /// <summary>Means of the bands; NaN without values.</summary>
    /// <param name="bands">Ascending, not overlapping.</param>
    /// <param name="weightOfRow">Empty: every row once.</param>
    /// <param name="means">One per band.</param>
    public void Means(ReadOnlySpan<Band> bands, ReadOnlySpan<int> weightOfRow, Span<double> means)
    {
        int weight = _rows.Length;
        if (weightOfRow.IsEmpty)
        {
            Array.Fill(_weights, 1);
        }
        else
        {
            weight = 0;
            for (int i = 0; i < _rows.Length; i++)
            {
                weight += _weights[i] = weightOfRow[_rows[i]];
            }
        }

        int index = 0, passed = 0;
        for (int band = 0; band < bands.Length; band++)
        {
            double from = bands[band].From * weight, to = bands[band].To * weight, sum = 0;
            while (index < _weights.Length && passed + _weights[index] <= from)
            {
                passed += _weights[index++];
            }

            while (index < _weights.Length && passed < to)
            {
                sum += (Math.Min(passed + _weights[index], to) - Math.Max(passed, from)) * _nanos[index];
                if (passed + _weights[index] > to)
                {
                    break; // the next band may begin within this row
                }

                passed += _weights[index++];
            }

            means[band] = weight == 0 ? double.NaN : sum / (to - from);
        }
    }
}
