namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// Room for a picture that is needed for the time of one frame: as many as there are processors, for all fronts of a node. What a front has
/// of its own for good is the picture as its client has it.
/// </summary>
internal static class PictureRoom
{
    private static readonly Lock s_gate = new();
    private static readonly uint[]?[] s_free = new uint[]?[Environment.ProcessorCount + 1];

    /// <summary>Takes room for at least that many pixels; its content is undefined.</summary>
    public static uint[] Take(int pixels)
    {
        lock (s_gate)
        {
            foreach (ref var free in s_free.AsSpan())
            {
                if (free is { } found && found.Length >= pixels)
                {
                    free = null;
                    return found;
                }
            }
        }

        return GC.AllocateUninitializedArray<uint>(pixels);
    }

    /// <summary>Gives it back.</summary>
    public static void Return(uint[] room)
    {
        lock (s_gate)
        {
            // The largest are kept: they fit everybody.
            int smallest = 0;
            for (int i = 1; i < s_free.Length; i++)
            {
                smallest = (s_free[i]?.Length ?? 0) < (s_free[smallest]?.Length ?? 0) ? i : smallest;
            }

            if ((s_free[smallest]?.Length ?? 0) < room.Length)
            {
                s_free[smallest] = room;
            }
        }
    }
}
