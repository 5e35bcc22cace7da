using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Fuzz;

/// <summary>What a browser sends on the pixel socket: its first message, and messages of records.</summary>
sealed class WebMessageTarget() : FuzzTarget("web-message", "messages of a browser on the pixel socket")
{
    long _hellos, _records, _refused;

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        WebViewer.Hello(WebMessage.Version, "0123456789abcdef", "browser"),
        [.. WebViewer.Record(WebInputKind.Mouse, 0x0800, 10, 20), .. WebViewer.Record(WebInputKind.Scancode, 0x4000, 0x2D)],
        [.. WebViewer.Record(WebInputKind.Unicode, 0, 65), .. WebViewer.Record(WebInputKind.ExtendedMouse, 0x8001, 5, 6)],
        [.. WebViewer.Record(WebInputKind.Synchronize, 2), .. WebViewer.Record(WebInputKind.Resize, 1280, 800, 100), (byte)WebInputKind.Refresh],
        [.. WebViewer.Record(WebInputKind.Drawn, 1, 0, 200, 0), .. WebViewer.Record(WebInputKind.Pong, 3, 0), (byte)WebInputKind.ReleaseAll],
        [(byte)WebInputKind.Visible, 1, .. WebViewer.Record(WebInputKind.Alive, 7, 0), (byte)WebInputKind.Clipboard, .. "text ÄÖ"u8],
    ];

    internal override string Reached => $"{_hellos} hellos and {_records} records accepted, {_refused} refused";

    internal override void Feed(byte[] input)
    {
        if (WebHello.TryRead(input) is { } hello)
        {
            _hellos++;
            if (hello.Ticket.Length > WebMessage.TextBytesMax || hello.Client.Length > WebMessage.TextBytesMax)
                throw new InvalidOperationException($"{hello} was accepted");
        }
        for (ReadOnlySpan<byte> rest = input; !rest.IsEmpty;)
        {
            var before = rest.Length;
            if (!WebMessage.TryRead(ref rest, out var message, out _))
            {
                _refused++;
                return;
            }
            _records++;
            if (rest.Length >= before) throw new InvalidOperationException($"{message} took no byte");
            if (message.ToInput(1) is { } read && !IsPossible(read)) throw new InvalidOperationException($"{read} was accepted");
        }
    }

    static bool IsPossible(in InputEvent read) => read.Kind switch
    {
        InputKind.Scancode => read.A is > 0 and < 256,
        InputKind.Mouse or InputKind.ExtendedMouse => read.A is >= 0 and < SurfaceFile.SideMax && read.B is >= 0 and < SurfaceFile.SideMax,
        InputKind.Resize => read is { A: > 0 and <= SurfaceFile.SideMax, B: > 0 and <= SurfaceFile.SideMax, C: >= 100 and <= 500 },
        _ => Enum.IsDefined(read.Kind),
    };
}
