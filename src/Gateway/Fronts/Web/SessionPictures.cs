using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>The pictures of all sessions that browsers look at: made for the first of them, gone with the last.</summary>
internal sealed class SessionPictures
{
    private readonly Lock _gate = new();
    // Bounded by the sessions of the node.
    private readonly Dictionary<string, (SessionPicture Picture, int Shares)> _pictures = [];

    /// <summary>A share of a session's picture.</summary>
    /// <param name="session">Whose.</param>
    /// <param name="surface">Its surface, the same for every front of the session.</param>
    /// <returns>To be disposed of when the viewer has left; null when that is no surface of this version.</returns>
    public Share? TryTake(string session, DescriptorHandle surface)
    {
        lock (_gate)
        {
            var (picture, shares) = _pictures.GetValueOrDefault(session);
            picture ??= SessionPicture.TryOpen(surface);
            if (picture is null)
            {
                return null;
            }

            _pictures[session] = (picture, shares + 1);
            return new Share(picture, () => GiveBack(session));
        }
    }

    private void GiveBack(string session)
    {
        lock (_gate)
        {
            var (picture, shares) = _pictures[session];
            if (shares > 1)
            {
                _pictures[session] = (picture, shares - 1);
                return;
            }

            _pictures.Remove(session);
            picture.Dispose();
        }
    }

    /// <summary>One viewer's share.</summary>
    public sealed class Share(SessionPicture picture, Action giveBack) : IDisposable
    {
        private Action? _giveBack = giveBack;

        /// <summary>The picture.</summary>
        public SessionPicture Picture => picture;

        /// <inheritdoc/>
        public void Dispose() => Interlocked.Exchange(ref _giveBack, null)?.Invoke();
    }
}
