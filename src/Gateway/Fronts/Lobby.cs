using System.Net;

namespace RemoteChain.Gateway.Fronts;

/// <summary>
/// Bounds the connections that have not signed in yet, in all and per address: strangers can fill the lobby, never the house, and one
/// address can never fill the lobby. An address whose connections keep ending without a sign-in runs out of patience: each costs a worker
/// process, so they become rare.
/// </summary>
public sealed class Lobby(TimeProvider time)
{
    /// <summary>Connections that may be looked at at once before they have said anything sensible.</summary>
    public const int SeatsMax = 128;

    /// <summary>Of those, from one address.</summary>
    public const int SeatsPerAddressMax = 32;

    /// <summary>Worker processes that may serve clients who have not signed in.</summary>
    public const int WorkersMax = 16;

    /// <summary>Of those, for one address.</summary>
    public const int WorkersPerAddressMax = 8;

    /// <summary>Of all, kept for addresses that have nothing against them.</summary>
    public const int WorkersReserved = 4;

    /// <summary>Worker processes that one address may use up without a sign-in before it has to wait for <see cref="PatienceRegained"/>.</summary>
    public const int PatienceMax = 30;

    /// <summary>How often an address gets one more.</summary>
    public static readonly TimeSpan PatienceRegained = TimeSpan.FromSeconds(2);

    /// <summary>Addresses that are remembered before those with nothing against them are forgotten.</summary>
    private const int AddressesMax = 4096;

    /// <summary>Looking through all addresses for those is this far apart: a flood from many addresses must not pay for it at each connection.</summary>
    private static readonly TimeSpan s_forgetInterval = TimeSpan.FromSeconds(1);

    private readonly Lock _gate = new();
    private readonly Dictionary<IPAddress, Guests> _byAddress = [];
    private long _forgot = time.GetTimestamp();
    private int _seats;
    private int _workers;

    /// <summary>Takes a seat; null when there is none.</summary>
    public Seat? TryEnter(IPAddress address)
    {
        lock (_gate)
        {
            Forget();
            if (!_byAddress.TryGetValue(address, out var guests))
            {
                guests = new Guests { PatienceSince = time.GetTimestamp() };
                _byAddress[address] = guests;
            }

            if (_seats >= SeatsMax || guests.Seats >= SeatsPerAddressMax)
            {
                return null;
            }

            _seats++;
            guests.Seats++;
            return new Seat(this, guests);
        }
    }

    /// <summary>Addresses that have nobody here and all their patience back need no entry.</summary>
    private void Forget()
    {
        if (_byAddress.Count <= AddressesMax || time.GetElapsedTime(_forgot) < s_forgetInterval)
        {
            return;
        }

        _forgot = time.GetTimestamp();
        foreach (var (address, guests) in _byAddress.ToArray())
        {
            if (guests.Seats == 0 && Patience(guests) == PatienceMax)
            {
                _byAddress.Remove(address);
            }
        }
    }

    private bool TryTakeWorker(Guests guests)
    {
        lock (_gate)
        {
            int workersMax = Patience(guests) == PatienceMax ? WorkersMax : WorkersMax - WorkersReserved;
            if (_workers >= workersMax || guests.Workers >= WorkersPerAddressMax)
            {
                return false;
            }

            // Paid in advance, so that connections that wait side by side do not all spend the same patience; a sign-in pays it back.
            guests.PatienceLeft = Math.Max(0, Patience(guests) - 1);
            guests.PatienceSince = time.GetTimestamp();
            _workers++;
            guests.Workers++;
            return true;
        }
    }

    private int Patience(Guests guests)
    {
        int regained = (int)(time.GetElapsedTime(guests.PatienceSince) / PatienceRegained);
        return Math.Min(PatienceMax, guests.PatienceLeft + regained);
    }

    private void Leave(Guests guests, bool usedWorker, bool signedIn)
    {
        lock (_gate)
        {
            _seats--;
            guests.Seats--;
            if (!usedWorker)
            {
                return;
            }

            _workers--;
            guests.Workers--;
            if (signedIn)
            {
                guests.PatienceLeft = PatienceMax;
                guests.PatienceSince = time.GetTimestamp();
            }
        }
    }

    internal sealed class Guests
    {
        public int Seats { get; set; }

        public int Workers { get; set; }

        public int PatienceLeft { get; set; } = PatienceMax;

        public long PatienceSince { get; set; }
    }

    /// <summary>One connection's place in the lobby; given back when it has signed in or gone. Used by one task at a time.</summary>
    public sealed class Seat : IDisposable
    {
        private readonly Lobby _lobby;
        private readonly Guests _guests;
        private bool _hasWorker;
        private bool _left;

        internal Seat(Lobby lobby, Guests guests)
        {
            _lobby = lobby;
            _guests = guests;
        }

        /// <summary>False when this address has used up too many workers without a sign-in: close the connection.</summary>
        public bool IsWelcome
        {
            get
            {
                lock (_lobby._gate)
                {
                    return _lobby.Patience(_guests) > 0;
                }
            }
        }

        /// <summary>Whether this connection has been allowed a worker.</summary>
        public bool HasWorker => _hasWorker;

        /// <summary>Whether this connection may have a worker now.</summary>
        public bool TryTakeWorker() => _hasWorker = _hasWorker || _lobby.TryTakeWorker(_guests);

        /// <summary>The client has signed in: it leaves the lobby, and its address is trusted again.</summary>
        public void SignedIn() => Leave(signedIn: true);

        /// <inheritdoc/>
        public void Dispose() => Leave(signedIn: false);

        private void Leave(bool signedIn)
        {
            if (!_left)
            {
                _left = true;
                _lobby.Leave(_guests, _hasWorker, signedIn);
            }
        }
    }
}
