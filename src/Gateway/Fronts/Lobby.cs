using System.Net;

namespace RemoteChain.Gateway.Fronts;

/// <summary>
/// Bounds the connections that have not signed in yet, in all and per address: strangers can fill the lobby, never the house, and one
/// address can never fill the lobby.
/// </summary>
public sealed class Lobby
{
    /// <summary>Connections that may be looked at at once before they have said anything sensible.</summary>
    public const int SeatsMax = 128;

    /// <summary>Of those, from one address.</summary>
    public const int SeatsPerAddressMax = 32;

    /// <summary>Worker processes that may serve clients who have not signed in.</summary>
    public const int WorkersMax = 16;

    /// <summary>Of those, for one address.</summary>
    public const int WorkersPerAddressMax = 8;

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, (int Seats, int Workers)> _byAddress = [];
    private int _seats;
    private int _workers;

    /// <summary>Takes a seat; null when there is none.</summary>
    public Seat? TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            var mine = _byAddress.GetValueOrDefault(address);
            if (_seats >= SeatsMax || mine.Seats >= SeatsPerAddressMax)
            {
                return null;
            }

            _seats++;
            _byAddress[address] = (mine.Seats + 1, mine.Workers);
            return new Seat(this, address);
        }
    }

    private bool TryTakeWorker(IPAddress address)
    {
        lock (_gate)
        {
            var mine = _byAddress.GetValueOrDefault(address);
            if (_workers >= WorkersMax || mine.Workers >= WorkersPerAddressMax)
            {
                return false;
            }

            _workers++;
            _byAddress[address] = (mine.Seats, mine.Workers + 1);
            return true;
        }
    }

    private void Leave(IPAddress address, int workers)
    {
        lock (_gate)
        {
            var mine = _byAddress[address];
            _seats--;
            _workers -= workers;
            if (mine.Seats == 1)
            {
                _byAddress.Remove(address);
            }
            else
            {
                _byAddress[address] = (mine.Seats - 1, mine.Workers - workers);
            }
        }
    }

    /// <summary>One connection's place in the lobby; given back when it has signed in or gone. Used by one task at a time.</summary>
    public sealed class Seat : IDisposable
    {
        private readonly Lobby _lobby;
        private readonly IPAddress _address;
        private int _workers;
        private bool _left;

        internal Seat(Lobby lobby, IPAddress address)
        {
            _lobby = lobby;
            _address = address;
        }

        /// <summary>Whether this connection may have a worker now.</summary>
        public bool TryTakeWorker()
        {
            if (_workers == 0 && _lobby.TryTakeWorker(_address))
            {
                _workers = 1;
            }

            return _workers == 1;
        }

        /// <inheritdoc/>
        public void Dispose()
        {
            if (!_left)
            {
                _left = true;
                _lobby.Leave(_address, _workers);
            }
        }
    }
}
