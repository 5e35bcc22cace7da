using System.Text;

namespace RemoteChain.Gateway.Machines;

/// <summary>The newest of what a machine has sent on its serial port. Safe from any thread.</summary>
public sealed class SerialLog
{
    /// <summary>Bytes that are kept.</summary>
    public const int BytesMax = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly byte[] _ring = new byte[BytesMax];
    private long _end;
    private TaskCompletionSource _more = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Adds what came.</summary>
    public void Add(ReadOnlySpan<byte> bytes)
    {
        TaskCompletionSource waiting;
        lock (_gate)
        {
            foreach (byte value in bytes)
            {
                _ring[_end++ % BytesMax] = value;
            }

            waiting = _more;
            _more = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        waiting.TrySetResult();
    }

    /// <summary>What came since a place, and the place to ask from next. A place that is no longer kept begins at the oldest byte.</summary>
    public (string Text, long Next) Read(long from)
    {
        lock (_gate)
        {
            long first = Math.Clamp(from, Math.Max(0, _end - BytesMax), _end);
            byte[] bytes = new byte[_end - first];
            for (int i = 0; i < bytes.Length; i++)
            {
                bytes[i] = _ring[(first + i) % BytesMax];
            }

            return (Encoding.UTF8.GetString(bytes), _end);
        }
    }

    /// <summary>Waits until there is something behind a place, or the time is over.</summary>
    public async Task WaitAsync(long from, TimeSpan patience, CancellationToken cancellationToken)
    {
        Task more;
        lock (_gate)
        {
            if (_end > from)
            {
                return;
            }

            more = _more.Task;
        }

        await Task.WhenAny(more, Task.Delay(patience, cancellationToken));
    }
}
