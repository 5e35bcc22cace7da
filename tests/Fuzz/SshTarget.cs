using System.Text;
using RemoteChain.Gateway.Hops;
using RemoteChain.Surface.Control;

namespace RemoteChain.Fuzz;

/// <summary>Lines on the standard error of ssh, some words of which a jump host chooses.</summary>
sealed class SshTarget() : FuzzTarget("ssh", "what ssh says of a jump host")
{
    readonly long[] _words = new long[Enum.GetValues<SshWord>().Length];

    internal override IReadOnlyList<byte[]> Seeds { get; } =
    [
        .. new[]
        {
            "ask host-key ssh-ed25519 SHA256:fwOWzRvLsVYGY3SQjSS0f/dunxgT9p3yIfZhV0MJI1M",
            "ask password\nask key",
            "debug1: channels.c:channel_setup_fwd_listener_streamlocal():3931 (pid=2): Local forwarding listening on path /way.",
            "debug2: channels.c:channel_input_open_confirmation():3518 (pid=2): channel 1: open confirm rwindow 2097152 rmax 32768",
            "channels.c:channel_input_open_failure():3561 (pid=2): channel 1: open failed: connect failed: Connection refused",
            "channel 1: open failed: administratively prohibited: open failed",
            "debug1: channels.c:channel_free():1 (pid=2): channel 1: free: direct-tcpip, nchannels 2",
            "clientloop.c:server_alive_check():7 (pid=2): Timeout, server jump not responding.\njumper@jump: Permission denied (publickey).",
        }.Select(Encoding.Latin1.GetBytes),
    ];

    internal override string Reached => string.Join(", ", Enum.GetValues<SshWord>().Select(word => $"{_words[(int)word]} {word}"));

    internal override void Feed(byte[] input)
    {
        var text = Encoding.Latin1.GetString(input);
        var lines = text.Split('\n').Select(SshLine.Read).ToList();
        foreach (var line in lines)
        {
            _words[(int)line.Word]++;
            if (line.Word == SshWord.AskHostKey && $"{line.HostKey}".Length != 50) throw new InvalidOperationException($"{line.HostKey} was accepted");
            if (line.Word == SshWord.OpenFailed) _ = SshLine.FailureOfOpen(line.Text, new("host", 1), "ssh jump");
        }

        var failure = SshLine.FailureOfEnd([.. lines.Select(line => line.Text)], FailureStage.SignIn, "secret 'x'", "ssh jump");
        if (failure.Layer != "ssh jump") throw new InvalidOperationException("an end without its layer");
    }
}
