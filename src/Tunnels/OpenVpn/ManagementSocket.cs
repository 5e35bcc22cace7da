using System.Net.Sockets;
using System.Text;
using RemoteChain.Surface;

namespace RemoteChain.Tunnels.OpenVpn;

/// <summary>The management interface of one <c>openvpn</c>, which connects to a socket that only this process and its children can see.</summary>
sealed class ManagementSocket : IDisposable
{
    const int LineCharsMax = 16 * 1024;

    readonly EventLoop _loop;
    readonly Action<string> _said;
    readonly Socket _listener;
    readonly DescriptorHandle _waiting;
    readonly StringBuilder _rest = new();
    readonly byte[] _buffer = new byte[4096];
    EventLoop.Wish _wish;
    Socket? _program;
    DescriptorHandle? _talking;

    /// <summary>Waits for the program.</summary>
    /// <param name="loop">Who calls.</param>
    /// <param name="path">Where the program finds it.</param>
    /// <param name="said">Called with each line.</param>
    internal ManagementSocket(EventLoop loop, string path, Action<string> said)
    {
        (_loop, Path, _said) = (loop, path, said);
        _listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        _listener.Bind(new UnixDomainSocketEndPoint(path));
        _listener.Listen(1);
        _waiting = DescriptorHandle.DuplicateOf(_listener.SafeHandle);
        _wish = loop.WhenReadable(_waiting, Accept);
    }

    /// <summary>Where it is.</summary>
    internal string Path { get; }

    /// <summary>Tells the program something; what it does not take is lost with it.</summary>
    internal void Say(ReadOnlySpan<byte> line)
    {
        try
        {
            _program?.Send(line, SocketFlags.None);
        }
        catch (SocketException)
        {
            // Its end is told by its process.
        }
    }

    /// <summary>Hears what the program said last: its end may be seen before its words.</summary>
    internal void HearLast()
    {
        while (_program is not null && !_wish.IsOver && _program.Available > 0) Receive();
    }

    public void Dispose()
    {
        _wish.Dispose();
        _talking?.Dispose();
        _program?.Dispose();
        _waiting.Dispose();
        _listener.Dispose();
        File.Delete(Path);
    }

    void Accept()
    {
        _program = _listener.Accept();
        _program.Blocking = false;
        _talking = DescriptorHandle.DuplicateOf(_program.SafeHandle);
        _wish.Dispose();
        _wish = _loop.WhenReadable(_talking, Receive);
    }

    void Receive()
    {
        var count = _program!.Receive(_buffer, SocketFlags.None, out var error);
        if (error == SocketError.WouldBlock) return;
        if (count <= 0 || error != SocketError.Success || _rest.Length > LineCharsMax)
        {
            _wish.Dispose();
            return;
        }

        _rest.Append(Encoding.UTF8.GetString(_buffer, 0, count));
        var lines = _rest.ToString().Split('\n');
        _rest.Clear().Append(lines[^1]);
        foreach (var line in lines.AsSpan(0, lines.Length - 1))
        {
            // Whoever hears a line may end everything.
            if (_wish.IsOver) return;
            _said(line.TrimEnd('\r'));
        }
    }
}
