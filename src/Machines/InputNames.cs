namespace RemoteChain.Machines;

/// <summary>Gives every input a number that the guest's stamps carry, and knows for a while whose it was. Fronts of different sessions may look
/// at one machine, so their own numbers do not do.</summary>
sealed class InputNames
{
    const int Remembered = 256;

    readonly (Screen? Screen, ulong Id)[] _ring = new (Screen?, ulong)[Remembered];
    ulong _last;

    /// <summary>A number for an input of a screen.</summary>
    internal ulong Name(Screen screen, ulong id)
    {
        _ring[++_last % Remembered] = (screen, id);
        return _last;
    }

    /// <summary>Whose it was; null when nobody's, or too long ago.</summary>
    internal (Screen Screen, ulong Id)? Find(ulong name) =>
        name != 0 && name <= _last && _last - name < Remembered && _ring[name % Remembered] is ({ } screen, var id) ? (screen, id) : null;

    /// <summary>A screen has gone.</summary>
    internal void Forget(Screen screen)
    {
        for (var i = 0; i < Remembered; i++)
            if (_ring[i].Screen == screen) _ring[i] = default;
    }
}
