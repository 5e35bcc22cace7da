using RemoteChain.Gateway.Fronts.Web;
using RemoteChain.Harness;
using RemoteChain.Surface;

namespace RemoteChain.Gateway.Tests.Fronts.Web;

public sealed class WebMessageTests
{
    [Fact]
    public void TryRead_SeveralRecords_ReadsEach()
    {
        ReadOnlySpan<byte> rest = (byte[])[.. WebViewer.Record(WebInputKind.Mouse, 0x0800, 10, 20), .. WebViewer.Record(WebInputKind.Scancode, 0x4000, 0x2D)];

        Assert.True(WebMessage.TryRead(ref rest, out var first, out _));
        Assert.True(WebMessage.TryRead(ref rest, out var second, out _));

        Assert.Equal(new InputEvent(InputKind.Mouse, 0x0800, 10, 20, ReceivedNanos: 5), first.ToInput(5));
        Assert.Equal(new InputEvent(InputKind.Scancode, 0x4000, 0x2D, ReceivedNanos: 5), second.ToInput(5));
        Assert.True(rest.IsEmpty);
    }

    [Theory]
    [InlineData(WebInputKind.Scancode, 0x0001, 5)]
    [InlineData(WebInputKind.Scancode, 0, 0x100)]
    [InlineData(WebInputKind.Scancode, 0, 0)]
    [InlineData(WebInputKind.Unicode, 0x4000, 65)]
    [InlineData(WebInputKind.Mouse, 0x0800, 8192, 1)]
    [InlineData(WebInputKind.ExtendedMouse, 0x0010, 1, 1)]
    [InlineData(WebInputKind.Synchronize, 0x0010)]
    [InlineData(WebInputKind.Resize, 100, 800, 100)]
    [InlineData(WebInputKind.Resize, 1000, 8193, 100)]
    [InlineData(WebInputKind.Resize, 1000, 800, 99)]
    public void TryRead_ImpossibleValue_IsRefused(WebInputKind kind, params int[] fields)
    {
        ReadOnlySpan<byte> rest = WebViewer.Record(kind, fields);

        Assert.False(WebMessage.TryRead(ref rest, out _, out _));
    }

    [Fact]
    public void TryRead_CutShort_IsRefused()
    {
        byte[] whole = WebViewer.Record(WebInputKind.Resize, 1000, 800, 100);
        for (int length = 0; length < whole.Length; length++)
        {
            ReadOnlySpan<byte> rest = whole.AsSpan(0, length);
            Assert.False(WebMessage.TryRead(ref rest, out _, out _));
        }
    }

    [Theory]
    [InlineData(0x00)]
    [InlineData(0x01)]
    [InlineData(0xFF)]
    public void TryRead_UnknownKindOrASecondHello_IsRefused(byte kind)
    {
        ReadOnlySpan<byte> rest = new byte[] { kind, 1, 2, 3, 4, 5, 6, 7, 8 };

        Assert.False(WebMessage.TryRead(ref rest, out _, out _));
    }

    [Fact]
    public void TryRead_ClipboardThatIsNoText_IsRefused()
    {
        ReadOnlySpan<byte> rest = [(byte)WebInputKind.Clipboard, 0xFF, 0xFE];

        Assert.False(WebMessage.TryRead(ref rest, out _, out _));
    }

    [Fact]
    public void TryReadHello_Whole_IsReadAndNeverPrinted()
    {
        var hello = WebHello.TryRead(WebViewer.Hello(1, "secret-ticket", "Ann's browser"));

        Assert.Equal((1, "secret-ticket", "Ann's browser"), (hello!.Version, hello.Ticket, hello.Client));
        Assert.DoesNotContain("secret", $"{hello}", StringComparison.Ordinal);
    }

    [Fact]
    public void TryReadHello_CutLongerOrNoText_IsRefused()
    {
        byte[] whole = WebViewer.Hello(1, "ticket", "client");
        for (int length = 0; length < whole.Length; length++) Assert.Null(WebHello.TryRead(whole.AsSpan(0, length)));

        Assert.Null(WebHello.TryRead([.. whole, 0]));
        Assert.Null(WebHello.TryRead([1, 1, 1, 0xFF, 0]));
        Assert.Null(WebHello.TryRead(WebViewer.Hello(1, new string('t', WebMessage.TextBytesMax + 1), "")));
    }
}
