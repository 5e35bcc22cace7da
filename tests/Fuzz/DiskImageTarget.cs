using RemoteChain.Emulator.Devices.Disks;

namespace RemoteChain.Fuzz;

/// <summary>A file that claims to be what a machine changed of a disk: opened, read and written all over.</summary>
sealed class DiskImageTarget : FuzzTarget
{
    const int BelowBytes = 5 * OverlayDisk.BlockBytes + 512;

    readonly byte[] _buffer = new byte[100_000];
    DirectoryInfo? _folder;
    string _below = "", _overlay = "";
    IReadOnlyList<byte[]>? _seeds;
    long _opened, _refused;

    internal DiskImageTarget() : base("disk-image", "overlays of disks")
    {
    }

    // Made when this target is the one that runs: it leaves files behind otherwise.
    internal override IReadOnlyList<byte[]> Seeds => _seeds ??= Prepare();

    internal override string Reached => $"opened {_opened}, refused {_refused}";

    internal override void Feed(byte[] input)
    {
        File.WriteAllBytes(_overlay, input);
        OverlayDisk disk;
        try
        {
            disk = Open();
        }
        catch (InvalidDataException)
        {
            _refused++;
            return;
        }
        using (disk)
        {
            _opened++;
            if (disk.Bytes != BelowBytes) throw new InvalidOperationException("an overlay changed the disk's size");
            disk.Read(0, _buffer);
            disk.Read(BelowBytes - 512, _buffer.AsSpan(0, 512));
            disk.Write(OverlayDisk.BlockBytes - 3, "written"u8);
            disk.Read(OverlayDisk.BlockBytes - 3, _buffer.AsSpan(0, 7));
            if (!_buffer.AsSpan(0, 7).SequenceEqual("written"u8)) throw new InvalidOperationException("what was written is not there");
        }
        if (new FileInfo(_overlay).Length > 2 * BelowBytes + (1 << 20)) throw new InvalidOperationException("an overlay grew beyond its disk");
    }

    public override void Dispose() => _folder?.Delete(recursive: true);

    IReadOnlyList<byte[]> Prepare()
    {
        _folder = Directory.CreateTempSubdirectory("fuzz-disk-");
        _below = Path.Combine(_folder.FullName, "below");
        _overlay = Path.Combine(_folder.FullName, "overlay");
        using (var file = File.OpenWrite(_below)) file.SetLength(BelowBytes);
        using (var disk = Open()) { }
        var empty = File.ReadAllBytes(_overlay);
        using (var disk = Open()) disk.Write(3 * OverlayDisk.BlockBytes - 100, "over a block's end"u8);
        // The blocks themselves are anybody's bytes; header and map are what is parsed.
        return [empty, File.ReadAllBytes(_overlay)[..8200], []];
    }

    OverlayDisk Open()
    {
        var below = FileDisk.Open(_below, isReadOnly: true);
        var file = File.OpenHandle(_overlay, FileMode.OpenOrCreate, FileAccess.ReadWrite);
        try
        {
            return OverlayDisk.Open(below, file);
        }
        catch (InvalidDataException)
        {
            file.Dispose();
            below.Dispose();
            throw;
        }
    }
}
