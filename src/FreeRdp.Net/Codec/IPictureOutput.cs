namespace FreeRdp.Codec;

/// <summary>One of the three ways in which a picture reaches a client.</summary>
internal interface IPictureOutput : IDisposable
{
    /// <summary>As it is reported.</summary>
    string Name { get; }

    /// <summary>The client acknowledges frames.</summary>
    bool Acknowledges { get; }

    /// <summary>The client may also not acknowledge, although it could.</summary>
    bool AcknowledgesAreOptional { get; }

    /// <summary>Sends the damaged parts as one frame.</summary>
    /// <returns>Bytes sent; 0 when nothing was inside the picture.</returns>
    int Send(in PictureView picture, ReadOnlySpan<RdpRectangle> damage, uint frame);
}
