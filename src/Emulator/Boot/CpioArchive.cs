using System.Globalization;
using System.Text;

namespace RemoteChain.Emulator.Boot;

/// <summary>Writes the archive format that a Linux kernel unpacks as its first file system ("newc" of cpio).</summary>
public sealed class CpioArchive
{
    const uint Folder = 0x4000, File = 0x8000, Link = 0xA000, Terminal = 0x2000;

    readonly MemoryStream _bytes = new();
    int _inode;

    /// <summary>Adds a folder; its parents come before it.</summary>
    public CpioArchive AddFolder(string path) => Add(path, Folder | 0x1ED, []);

    /// <summary>Adds a file that everybody may run.</summary>
    public CpioArchive AddProgram(string path, ReadOnlySpan<byte> content) => Add(path, File | 0x1ED, content);

    /// <summary>Adds a symbolic link.</summary>
    public CpioArchive AddLink(string path, string target) => Add(path, Link | 0x1FF, Encoding.UTF8.GetBytes(target));

    /// <summary>Adds a character device.</summary>
    public CpioArchive AddTerminal(string path, int major, int minor) => Add(path, Terminal | 0x180, [], major, minor);

    /// <summary>The whole archive.</summary>
    public byte[] ToArray()
    {
        Add("TRAILER!!!", 0, []);
        return _bytes.ToArray();
    }

    CpioArchive Add(string path, uint mode, ReadOnlySpan<byte> content, int major = 0, int minor = 0)
    {
        var name = Encoding.UTF8.GetBytes(path);
        uint[] fields = [(uint)++_inode, mode, 0, 0, 1, 0, (uint)content.Length, 0, 0, (uint)major, (uint)minor, (uint)name.Length + 1, 0];
        _bytes.Write("070701"u8);
        foreach (var field in fields) _bytes.Write(Encoding.ASCII.GetBytes(field.ToString("X8", CultureInfo.InvariantCulture)));
        _bytes.Write(name);
        _bytes.WriteByte(0);
        Pad();
        _bytes.Write(content);
        Pad();
        return this;
    }

    void Pad()
    {
        while (_bytes.Length % 4 != 0) _bytes.WriteByte(0);
    }
}
