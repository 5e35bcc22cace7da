namespace RemoteChain.Emulator.Devices;

/// <summary>Two 8259A, the second behind input 2 of the first (Intel 8259A data sheet): fully nested; each line triggered by its edge or, as PCI wants
/// it, by its level (PIIX3 data sheet, ELCR).</summary>
/// <param name="changed">Told whether the processor's interrupt line is up.</param>
sealed class InterruptController(Action<bool> changed) : IDevice
{
    internal static readonly ushort[] Ports = [0x20, 0x21, 0xA0, 0xA1, FirstTriggers, SecondTriggers];
    const ushort FirstTriggers = 0x4D0, SecondTriggers = 0x4D1;
    const int Keyboard = 1, Cascade = 2, Mouse = 4, Spurious = 7;

    readonly Chip _first = new(), _second = new();

    /// <summary>True when the last vector was that of the keyboard or the mouse.</summary>
    internal bool IsKeyboardOrMouse { get; private set; }

    /// <summary>As firmware leaves it for lines of PCI.</summary>
    internal void TriggerByLevel(int line)
    {
        var chip = line < 8 ? _first : _second;
        chip.ByLevel |= (byte)(1 << (line & 7));
    }

    /// <summary>An input goes up or down.</summary>
    internal void Set(int line, bool up)
    {
        (line < 8 ? _first : _second).Set(line & 7, up);
        Update();
    }

    /// <summary>The vector that the processor takes now.</summary>
    internal int Acknowledge()
    {
        var line = _first.Begin();
        var vector = _first.Base + (line < 0 ? Spurious : line);
        IsKeyboardOrMouse = line == Keyboard;
        if (line == Cascade)
        {
            var inner = _second.Begin();
            vector = _second.Base + (inner < 0 ? Spurious : inner);
            IsKeyboardOrMouse = inner == Mouse;
        }
        Update();
        return vector;
    }

    /// <inheritdoc/>
    public byte Read(ushort port)
    {
        if (port >= FirstTriggers) return port == FirstTriggers ? _first.ByLevel : _second.ByLevel;
        var chip = port < 0x80 ? _first : _second;
        return (port & 1) != 0 ? chip.Mask : chip.ReadServed ? chip.Served : chip.Requested;
    }

    /// <inheritdoc/>
    public void Write(ushort port, byte value)
    {
        // Timer, keyboard, cascade, clock and coprocessor have edges, always.
        if (port == FirstTriggers) _first.ByLevel = (byte)(value & 0xF8);
        else if (port == SecondTriggers) _second.ByLevel = (byte)(value & 0xDE);
        else (port < 0x80 ? _first : _second).Write((port & 1) != 0, value);
        Update();
    }

    /// <inheritdoc/>
    public void Save(StateWriter to)
    {
        _first.Save(to);
        _second.Save(to);
    }

    void Update()
    {
        _first.Set(Cascade, _second.Best() >= 0);
        changed(_first.Best() >= 0);
    }

    sealed class Chip
    {
        byte _levels, _automatic;
        int _step;
        bool _fourWords;

        /// <summary>Lines that ask as long as they are up.</summary>
        internal byte ByLevel { get; set; }

        internal byte Mask { get; private set; } = 0xFF;

        internal byte Requested { get; private set; }

        internal byte Served { get; private set; }

        internal bool ReadServed { get; private set; }

        internal int Base { get; private set; }

        internal void Set(int line, bool up)
        {
            var bit = (byte)(1 << line);
            if (up && (_levels & bit) == 0) Requested |= bit;
            if (!up) Requested &= (byte)~bit;
            _levels = (byte)(up ? _levels | bit : _levels & ~bit);
        }

        /// <summary>The most urgent request that nothing served now holds back; -1 = none.</summary>
        internal int Best()
        {
            var wanted = Requested & ~Mask;
            if (wanted == 0) return -1;
            var line = System.Numerics.BitOperations.TrailingZeroCount(wanted);
            return Served == 0 || line < System.Numerics.BitOperations.TrailingZeroCount((uint)Served) ? line : -1;
        }

        internal int Begin()
        {
            var line = Best();
            if (line < 0) return line;
            if ((ByLevel >> line & 1) == 0) Requested &= (byte)~(1 << line);
            if (_automatic == 0) Served |= (byte)(1 << line);
            return line;
        }

        internal void Write(bool odd, byte value)
        {
            if (!odd && (value & 0x10) != 0)
            {
                // The first of the words that set it up; the others follow at the odd port.
                (Mask, Requested, Served, _step, ReadServed) = (0, (byte)(_levels & ByLevel), 0, 1, false);
                _levels &= ByLevel;
                _fourWords = (value & 1) != 0;
                return;
            }
            if (odd) WriteOdd(value);
            else if ((value & 8) != 0) ReadServed = (value & 2) != 0 ? (value & 1) != 0 : ReadServed;
            else EndOfInterrupt(value);
        }

        void WriteOdd(byte value)
        {
            switch (_step)
            {
                case 1:
                    Base = value & 0xF8;
                    _step = 2;
                    break;
                case 2:
                    _step = _fourWords ? 3 : 0;
                    break;
                case 3:
                    _automatic = (byte)(value & 2);
                    _step = 0;
                    break;
                default:
                    Mask = value;
                    break;
            }
        }

        void EndOfInterrupt(byte value)
        {
            const int specific = 0x40, end = 0x20;
            if ((value & end) == 0) return;
            if ((value & specific) != 0) Served &= (byte)~(1 << (value & 7));
            else Served &= (byte)(Served - 1);
        }

        internal void Save(StateWriter to) => to.Add(_levels, _automatic, _step, _fourWords ? 1 : 0, Mask, Requested, Served,
            ReadServed ? 1 : 0, Base, ByLevel);
    }
}
