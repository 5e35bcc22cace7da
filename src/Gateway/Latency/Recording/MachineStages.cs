using System.Collections.Immutable;
using RemoteChain.Gateway.Latency.Model;

namespace RemoteChain.Gateway.Latency.Recording;

/// <summary>The stages of an emulated machine. All are measured: the machine runs on the clock of the stamps.</summary>
/// <param name="Layer">Its number in samples.</param>
/// <param name="Name">What people call it.</param>
public sealed record MachineStages(int Layer, string Name)
{
    /// <summary>Adds what lies between the moment at which the input was in the machine and the one at which the picture was taken out of it.</summary>
    public void Add(ImmutableArray<StageTime>.Builder times, in InteractionStamps stamps)
    {
        var (sentNanos, answer) = (stamps.Input.SentNanos, stamps.Answer);
        // What a hijacked process stamped out of order is not divided.
        if (stamps.Guest is { } guest && guest.InterruptNanos >= sentNanos && guest.ReadNanos >= guest.InterruptNanos && answer.ReceivedNanos >= guest.ReadNanos)
        {
            times.Add(Of(Stage.Interrupt, guest.InterruptNanos - sentNanos));
            times.Add(Of(Stage.Read, guest.ReadNanos - guest.InterruptNanos));
            times.Add(Of(Stage.Draw, answer.ReceivedNanos - guest.ReadNanos));
        }
        else
        {
            times.Add(Of(Stage.Host, answer.ReceivedNanos - sentNanos));
        }

        times.Add(Of(Stage.Refresh, answer.DecodedNanos - answer.ReceivedNanos));
    }

    private StageTime Of(Stage stage, long nanos) => StageTime.Measured(new StageKey(Layer, Name, stage), nanos);
}
