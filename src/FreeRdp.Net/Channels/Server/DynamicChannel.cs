namespace FreeRdp.Channels.Server;

/// <summary>One dynamic channel that the server opened.</summary>
internal sealed class DynamicChannel
{
    private readonly DynamicChannels _owner;
    private readonly Receive _receive;
    private readonly Action<DynamicChannel> _opened;
    private byte[]? _assembly;
    private int _expected;
    private int _assembled;

    internal DynamicChannel(DynamicChannels owner, byte id, string name, Receive receive, Action<DynamicChannel> opened)
    {
        (_owner, Id, Name, _receive, _opened) = (owner, id, name, receive, opened);
    }

    /// <summary>Takes one whole message; false when the client broke the channel's protocol.</summary>
    public delegate bool Receive(ReadOnlySpan<byte> message);

    public byte Id { get; }

    public string Name { get; }

    /// <summary>The client has agreed and not closed it.</summary>
    public bool IsOpen { get; private set; }

    /// <summary>The client has refused it (it does not know the channel) or closed it.</summary>
    public bool IsRefused { get; private set; }

    /// <summary>Sends one message; false when the channel is not open or the connection is gone.</summary>
    public bool Send(ReadOnlySpan<byte> message) => IsOpen && _owner.Send(this, message);

    internal void Answered(int status)
    {
        if (IsOpen || IsRefused) return;
        IsOpen = status >= 0;
        IsRefused = !IsOpen;
        if (IsOpen) _opened(this);
    }

    internal void Closed()
    {
        (IsOpen, IsRefused, _expected) = (false, true, 0);
    }

    internal bool TryReceiveFirst(ReadOnlySpan<byte> part, uint total)
    {
        if (!IsOpen) return true;
        if (total > DynamicChannels.MessageBytesMax || part.Length > total) return false;
        if (part.Length == total) return _receive(part);
        _expected = (int)total;
        _assembled = part.Length;
        if (_assembly is null || _assembly.Length < total) _assembly = new byte[total];
        part.CopyTo(_assembly);
        return true;
    }

    internal bool TryReceive(ReadOnlySpan<byte> part)
    {
        if (!IsOpen) return true;
        if (_expected == 0) return _receive(part);
        if (_assembled + part.Length > _expected) return false;
        part.CopyTo(_assembly.AsSpan(_assembled));
        _assembled += part.Length;
        if (_assembled < _expected) return true;
        var message = _assembly.AsSpan(0, _expected);
        _expected = 0;
        var accepted = _receive(message);
        if (_assembly!.Length > DynamicChannels.PacketBytesMax) _assembly = null;
        return accepted;
    }
}
