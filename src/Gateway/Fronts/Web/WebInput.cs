using RemoteChain.Surface;

namespace RemoteChain.Gateway.Fronts.Web;

/// <summary>
/// The way of a browser's input to the desktop: stamped and in the ring before anything else happens. What arrives is written by the
/// socket's reader, whether it counts is decided by the painter: safe from both.
/// </summary>
internal sealed class WebInput : IDisposable
{
    private readonly Lock _gate = new();
    private readonly InputRingWriter? _ring;
    private InputEvent? _size;
    private InputEvent? _locks;
    private bool _isOpen;
    private bool _disposed;

    /// <summary>Writes into this ring; null for somebody who may only watch.</summary>
    public WebInput(DescriptorHandle? input, DescriptorHandle? bell, int frontNumber)
    {
        if (input is not null && bell is not null)
        {
            _ring = new InputRingWriter(input, new Bell(bell.Duplicate()), frontNumber);
        }
    }

    /// <summary>Whether the desktop can be controlled from here.</summary>
    public bool MayControl => _ring is not null;

    /// <summary>Something waits for room in the ring.</summary>
    public bool HasPending
    {
        get
        {
            lock (_gate)
            {
                return !_disposed && _ring is { HasPending: true };
            }
        }
    }

    /// <summary>The desktop is decoding what may become a picture.</summary>
    public bool IsPictureComing
    {
        get
        {
            lock (_gate)
            {
                return !_disposed && _ring is { IsPictureComing: true };
            }
        }
    }

    /// <summary>
    /// Input counts only while the user sees the desktop as it is: what is typed at a notice must not reach a desktop that comes back.
    /// </summary>
    public void SetOpen(bool isOpen)
    {
        lock (_gate)
        {
            if (_isOpen == isOpen)
            {
                return;
            }

            if (_isOpen)
            {
                Write(new InputEvent(InputKind.ReleaseAll, 0));
            }

            _isOpen = isOpen;
            // Lock keys are told once, when the window gets the focus, which may have been too early.
            if (_isOpen && _locks is { } locks)
            {
                Write(locks);
            }
        }
    }

    /// <summary>An input has arrived.</summary>
    public void Take(in InputEvent input)
    {
        lock (_gate)
        {
            if (input.Kind == InputKind.Synchronize)
            {
                _locks = input;
            }
            else if (input.Kind == InputKind.Resize)
            {
                // Also while there is no desktop: the next one is asked for it.
                _size = input;
                Write(input);
                return;
            }

            if (_isOpen)
            {
                Write(input);
            }
        }
    }

    /// <summary>A new desktop is there: it is told the window's size.</summary>
    public void TellSize()
    {
        lock (_gate)
        {
            if (_size is { } size)
            {
                Write(size);
            }
        }
    }

    /// <summary>Puts in what waits outside the ring.</summary>
    public void Flush()
    {
        lock (_gate)
        {
            if (!_disposed)
            {
                _ring?.Flush();
            }
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_gate)
        {
            _disposed = true;
            _ring?.Dispose();
        }
    }

    private void Write(in InputEvent input)
    {
        if (!_disposed)
        {
            _ring?.Write(input, out _);
        }
    }
}
