namespace RemoteChain.Emulator.Devices.Input;

/// <summary>The user's pointer: told to the guest as positions when it asked for them, else as movements of a mouse.</summary>
/// <param name="controller">Has the mouse.</param>
/// <param name="backdoor">Takes positions.</param>
/// <param name="size">The screen now, for positions as movements.</param>
sealed class Pointer(KeyboardController controller, PointerBackdoor backdoor, Func<(int Width, int Height)> size)
{
    int _x, _y;

    internal void MoveTo(int x, int y, ulong id)
    {
        (x, y) = (Math.Clamp(x, 0, PointerBackdoor.SideMax), Math.Clamp(y, 0, PointerBackdoor.SideMax));
        if (backdoor.IsAbsolute)
        {
            backdoor.MoveTo(x, y, id);
            Nudge();
        }
        else
        {
            var (width, height) = size();
            controller.Mouse.Move(Scale(x, width) - Scale(_x, width), Scale(y, height) - Scale(_y, height), id);
            controller.Refill();
        }
        (_x, _y) = (x, y);
    }

    internal void MoveBy(int x, int y, ulong id)
    {
        controller.Mouse.Move(x, y, id);
        controller.Refill();
    }

    internal void Press(byte buttons, ulong id)
    {
        if (backdoor.IsAbsolute)
        {
            backdoor.Press(buttons, id);
            Nudge();
            return;
        }
        controller.Mouse.Press(buttons, id);
        controller.Refill();
    }

    internal void Turn(int steps, ulong id)
    {
        if (backdoor.IsAbsolute)
        {
            backdoor.Turn(steps, id);
            Nudge();
            return;
        }
        controller.Mouse.Turn(steps, id);
        controller.Refill();
    }

    // The driver looks at the backdoor whenever the mouse has said something.
    void Nudge()
    {
        controller.Mouse.Nudge();
        controller.Refill();
    }

    static int Scale(int position, int side) => (int)((long)position * side / (PointerBackdoor.SideMax + 1));

    internal void Save(StateWriter to) => to.Add(_x, _y);
}
