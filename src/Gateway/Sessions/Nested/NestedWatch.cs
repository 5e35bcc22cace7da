using System.Runtime.InteropServices;
using RemoteChain.Surface;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>
/// Looks at a session's picture while its outer desktop is there, drives <see cref="NestedMachine"/> and does what that says. The look is at one
/// column of pixels, and only when something was painted.
/// </summary>
internal sealed class NestedWatch : IAsyncDisposable
{
    private const int OpeningEveryMillis = 50;
    private const int LiveEveryMillis = 200;

    // Right of what scripts and clients write.
    private const int ColumnNumerator = 3, ColumnDenominator = 4;
    private const uint DarkChannelMax = 0x08;

    private readonly NestedPlan _plan;
    private readonly SessionContext _context;
    private readonly string _chain;
    private readonly Back _back;
    private readonly Bell _inputBell;
    private readonly SurfaceReader? _reader;
    private readonly Action<NestedState> _changed;
    private readonly Action _loggedOff;
    private readonly CancellationTokenSource _stopping = new();
    private readonly uint[] _column = new uint[SurfaceFile.SideMax];
    private readonly Task _running;
    private NestedSight _sight = new(-1, IsDark: true);
    private volatile bool _retry;

    /// <summary>Begins at once. The callbacks must not block; the descriptors and the back stay the caller's.</summary>
    public NestedWatch(
        NestedPlan plan, SessionContext context, string chain, Back back, DescriptorHandle surface, Bell inputBell, Action<NestedState> changed,
        Action loggedOff)
    {
        (_plan, _context, _chain, _back, _inputBell, _changed, _loggedOff) = (plan, context, chain, back, inputBell, changed, loggedOff);
        SurfaceReader.TryOpen(surface, out _reader);
        _running = Task.Run(() => RunAsync(_stopping.Token));
    }

    /// <summary>A person acts: what has halted is tried again.</summary>
    public void Retry() => _retry = true;

    /// <inheritdoc/>
    public async ValueTask DisposeAsync()
    {
        await _stopping.CancelAsync();
        await _running;
        _stopping.Dispose();
        _reader?.Dispose();
    }

    private async Task RunAsync(CancellationToken cancellationToken)
    {
        try
        {
            var state = NestedMachine.Open(MonotonicClock.NowNanos());
            bool isFirst = true;
            while (true)
            {
                await Task.Delay(state.Phase == NestedPhase.Live ? LiveEveryMillis : OpeningEveryMillis, cancellationToken);
                if (isFirst || _reader is { HasDamage: true })
                {
                    isFirst = false;
                    Look();
                }

                var before = state;
                if (_retry)
                {
                    _retry = false;
                    state = NestedMachine.Retry(state, MonotonicClock.NowNanos());
                }

                (state, var action) = NestedMachine.Step(state, _sight, _plan.Levels.Count, MeaningIn(state), MonotonicClock.NowNanos());
                state = await ActAsync(action, state, cancellationToken);
                if (state.Phase != before.Phase || state.Level != before.Level)
                {
                    // Held back first, and let through only when the picture inside is there.
                    _back.Hold(state.Phase == NestedPhase.Live ? 0 : Typist.FrontNumber);
                    _changed(state);
                }
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
        }
        catch (Exception ex)
        {
            _context.Log.SessionFault(ex, _chain);
        }
    }

    private async ValueTask<NestedState> ActAsync(NestedAction action, NestedState state, CancellationToken cancellationToken)
    {
        switch (action)
        {
            case NestedAction.Type:
                _back.Hold(Typist.FrontNumber);
                if (Keys(_plan.Levels[state.Level], state.OnlyKnown, out var missing) is not { } keys)
                {
                    return state with { Phase = NestedPhase.Halted, Running = state.Level, Failure = missing };
                }

                await Typist.TypeAsync(_back, _inputBell, keys, cancellationToken);
                return state with { SinceNanos = MonotonicClock.NowNanos() };
            case NestedAction.Interrupt:
                await Typist.TypeAsync(_back, _inputBell, Keystroke.Interrupt(), cancellationToken);
                return state;
            case NestedAction.Close:
                _loggedOff();
                return state;
            default:
                return state;
        }
    }

    /// <summary>What an exit code means; the layer is named, and a TLS that failed is only then about the certificate when that was told.</summary>
    private Func<int, int, Failure> MeaningIn(NestedState state) => (level, code) =>
    {
        var layer = _plan.Levels[level].Layer;
        var failure = _plan.Levels[level].Template.FailureOf(code) with { Layer = layer.Title };
        return failure.Cause == FailureCause.CertificateChanged && layer.Certificate is null && !state.OnlyKnown
            ? failure with { Cause = FailureCause.ProtocolError }
            : failure;
    };

    private InputEvent[]? Keys(NestedLevel level, bool onlyKnown, out Failure? missing)
    {
        missing = null;
        var layer = level.Layer;
        Access.Secret? secret = null;
        if (layer.Credentials is not null && !_context.Secrets.TryOpen(_chain, layer.Credentials, out secret, out string? why))
        {
            missing = new Failure(FailureStage.SignIn, FailureCause.AccessDenied, why) { Layer = layer.Title };
            return null;
        }

        string certificate = layer.Certificate is { } pinned ? $"deny,fingerprint:sha256:{Colons(pinned)}" : onlyKnown ? "deny" : "tofu";
        byte[] text = level.Template.Fill(new TemplateValues(
            layer.Host, layer.Port, secret?.User ?? "", secret?.Domain ?? "", secret?.Password ?? "", certificate, level.KeyboardLayout, level.Shell));
        byte[] octal = Keystroke.Octal(text);
        try
        {
            if (octal.Length + level.Marker.Word.Length + 1 > Keystroke.LineCharsMax)
            {
                missing = new Failure(FailureStage.Activate, FailureCause.Unsupported,
                    $"the line for the template '{level.Template.Name}' is too long for a terminal; shorten the program line or the template")
                { Layer = layer.Title };
                return null;
            }

            return Keystroke.Line(level.Marker.Word, octal);
        }
        finally
        {
            Array.Clear(text);
            Array.Clear(octal);
        }
    }

    private static string Colons(string hex) => string.Join(':', hex.Chunk(2).Select(pair => new string(pair)));

    private void Look()
    {
        if (_reader is null)
        {
            return;
        }

        _reader.SkipDamage();
        if (_reader.ReadGeometry(out var geometry) != SurfaceRead.Copied)
        {
            return;
        }

        var column = _column.AsSpan(0, geometry.Height);
        var rectangle = new SurfaceRectangle(geometry.Width * ColumnNumerator / ColumnDenominator, 0, 1, geometry.Height);
        if (_reader.CopyRectangle(geometry, rectangle, MemoryMarshal.AsBytes(column), sizeof(uint)) == SurfaceRead.Copied)
        {
            _sight = SightOf(column);
        }
    }

    private NestedSight SightOf(ReadOnlySpan<uint> column)
    {
        if (Marker.TryRead(column, out var reading))
        {
            for (int i = 0; i < _plan.Levels.Count; i++)
            {
                if (_plan.Levels[i].Marker.Rows == reading.Rows)
                {
                    return new NestedSight(i, reading.State, reading.Code);
                }
            }
        }

        foreach (uint pixel in column)
        {
            if (((pixel >> 16) & 0xFF) > DarkChannelMax || ((pixel >> 8) & 0xFF) > DarkChannelMax || (pixel & 0xFF) > DarkChannelMax)
            {
                return new NestedSight(-1);
            }
        }

        return new NestedSight(-1, IsDark: true);
    }
}
