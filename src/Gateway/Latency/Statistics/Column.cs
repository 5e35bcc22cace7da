using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Statistics;

/// <summary>One part's durations over the rows of a <see cref="SampleTable"/>.</summary>
internal sealed class Column
{
    /// <summary>A grade that fewer of its values have does not speak for the column; what those values leave open is in the slack.</summary>
    private const double GradeShareMin = 0.05;

    private readonly int[] _grades = new int[Enum.GetValues<Grade>().Length];
    private double _lowSlackNanos, _highSlackNanos;
    private Grade _addedGrade;

    /// <summary>A column in which nothing is measured yet.</summary>
    public Column(int count)
    {
        Nanos = new double[count];
        HighNanos = new double[count];
        Array.Fill(Nanos, double.NaN);
    }

    /// <summary>Durations; NaN where not measured.</summary>
    public double[] Nanos { get; }

    /// <summary>How long each may have been at most, as far as its grade leaves it; anything where not measured.</summary>
    public double[] HighNanos { get; }

    /// <summary>Rows that have a duration.</summary>
    public int Count { get; private set; }

    /// <summary>The worst grade among them, of those that more than a few have: at the beginning of a session estimates are still missing.</summary>
    public Grade Grade
    {
        get
        {
            for (int grade = _grades.Length - 1; grade > (int)_addedGrade; grade--)
            {
                if (_grades[grade] > 0 && _grades[grade] >= GradeShareMin * Count)
                {
                    return (Grade)grade;
                }
            }

            return _addedGrade;
        }
    }

    /// <summary>Of its values, the part that are a sum of several stages.</summary>
    private double PooledShare => (double)_grades.Skip((int)Grade.Pooled).Sum() / Math.Max(1, Count);

    /// <summary>Whether its values are sums of several stages, nearly all of them: then it means the same in every row.</summary>
    public bool IsPooled => PooledShare > 1 - GradeShareMin;

    /// <summary>Whether its values mean one stage in some rows and several in others.</summary>
    public bool IsMixed => PooledShare is >= GradeShareMin and <= 1 - GradeShareMin;

    /// <summary>Whether its values are more than stamps of one clock, so that time may belong to a neighbour.</summary>
    public bool IsUncertain => Grade >= Grade.Pooled || _lowSlackNanos > 0 || _highSlackNanos > 0;

    /// <summary>How far below its values the truth may lie, on average.</summary>
    public double LowSlackNanos => Count == 0 ? 0 : _lowSlackNanos / Count;

    /// <summary>How far above its values the truth may lie, on average.</summary>
    public double HighSlackNanos => Count == 0 ? 0 : _highSlackNanos / Count;

    /// <summary>Mean of the measured rows.</summary>
    public double Mean
    {
        get
        {
            double sum = 0;
            foreach (double nanos in Nanos)
            {
                sum += double.IsNaN(nanos) ? 0 : nanos;
            }

            return sum / Math.Max(1, Count);
        }
    }

    /// <summary>Its values in order of time.</summary>
    public double[] Measured() => Array.FindAll(Nanos, nanos => !double.IsNaN(nanos));

    /// <summary>Adds a duration to a row.</summary>
    public void Add(int row, in StageTime time)
    {
        Add(row, time.Nanos, time.HighNanos);
        _grades[(int)time.Grade]++;
        _lowSlackNanos += Math.Max(0, time.Nanos - time.LowNanos);
        _highSlackNanos += Math.Max(0, time.HighNanos - time.Nanos);
    }

    /// <summary>Adds another column row by row.</summary>
    public void Add(Column other)
    {
        for (int row = 0; row < Nanos.Length; row++)
        {
            if (!double.IsNaN(other.Nanos[row]))
            {
                Add(row, other.Nanos[row], other.HighNanos[row]);
            }
        }

        _addedGrade = (Grade)Math.Max((byte)_addedGrade, (byte)other.Grade);
        _lowSlackNanos += other._lowSlackNanos;
        _highSlackNanos += other._highSlackNanos;
    }

    private void Add(int row, double nanos, double highNanos)
    {
        if (double.IsNaN(Nanos[row]))
        {
            Nanos[row] = 0;
            Count++;
        }

        Nanos[row] += nanos;
        HighNanos[row] += highNanos;
    }
}
