using RemoteChain.Surface;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stamps of one front: its inputs after the desktop worker, and the pictures that it sent.</summary>
internal sealed class FrontStamps : IDisposable
{
    private readonly FrameHistory _history = new();
    private InputStampReader? _input;
    private FrameRingReader? _frames;

    public FrontStamps(int frontNumber, DescriptorHandle? input, DescriptorHandle? frames)
    {
        if (input is not null)
        {
            InputStampReader.TryOpen(input, frontNumber, out _input);
        }

        if (frames is not null)
        {
            FrameRingReader.TryOpen(frames, out _frames);
        }

        ShowsPictures = frames is not null;
    }

    /// <summary>Whether anybody looks at what this front's input brings about.</summary>
    public bool ShowsPictures { get; }

    /// <summary>Reads what is new.</summary>
    /// <returns>How often something was lost.</returns>
    public int Read(long nowNanos, List<DeliveredInput> delivered)
    {
        int lost = 0;
        for (int i = 0; i < InputRingWriter.Capacity && _input is not null; i++)
        {
            var read = _input.TryRead(nowNanos, out var input);
            if (read == StampRead.None)
            {
                break;
            }

            if (read == StampRead.Entry)
            {
                delivered.Add(input);
                continue;
            }

            lost++;
            Drop(ref _input, read);
        }

        for (int i = 0; i < FrameRingWriter.Capacity && _frames is not null; i++)
        {
            var read = _frames.TryRead(nowNanos, out var frame);
            if (read == StampRead.None)
            {
                break;
            }

            if (read == StampRead.Entry)
            {
                _history.Add(frame);
                continue;
            }

            lost++;
            Drop(ref _frames, read);
        }

        return lost;
    }

    /// <summary>The first picture that this front sent and that contains this damage entry.</summary>
    public SentFrame? FrameWith(ulong damageSequence) => _history.FirstWith(damageSequence);

    /// <summary>When the guest of an emulated machine was interrupted for an input and read it; null when that is not known.</summary>
    public GuestTimes? GuestOf(in DeliveredInput input) => _input?.GuestOf(input.Input.Id) is (var interrupt, var read)
        ? new GuestTimes(input.SentNanos + interrupt, input.SentNanos + read) : null;

    public void Dispose()
    {
        _input?.Dispose();
        _frames?.Dispose();
    }

    /// <summary>A ring with impossible values is not read any more: whoever writes it is broken or hostile.</summary>
    private static void Drop<T>(ref T? ring, StampRead read)
        where T : class, IDisposable
    {
        if (read == StampRead.Corrupt)
        {
            ring!.Dispose();
            ring = null;
        }
    }
}
