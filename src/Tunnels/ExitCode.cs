namespace RemoteChain.Tunnels;

/// <summary>How the process ends; the numbers of sysexits.h.</summary>
static class ExitCode
{
    internal const int Ended = 0, Usage = 64, NodeGone = 69, NotAllowed = 77;
}
