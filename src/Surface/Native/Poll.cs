using System.Runtime.InteropServices;

namespace RemoteChain.Surface.Native;

/// <summary>poll.h</summary>
static unsafe partial class Poll
{
    [LibraryImport("libc", SetLastError = true)]
    internal static partial int poll(PolledDescriptor* descriptors, nuint count, int timeoutMillis);

    [LibraryImport("libc", SetLastError = true)]
    internal static partial int ppoll(PolledDescriptor* descriptors, nuint count, Time.timespec* timeout, void* signals);
}
