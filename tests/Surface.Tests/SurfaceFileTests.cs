using RemoteChain.Surface.Control;
using RemoteChain.Surface.Native;
using RemoteChain.Surface.Tests.Child;

namespace RemoteChain.Surface.Tests;

public sealed class SurfaceFileTests
{
    const int EPERM = 1, EBADF = 9, EACCES = 13;

    [Fact]
    public void Seals_AnyHolder_CannotShrinkGrowOrUnseal()
    {
        using var surface = SurfaceFile.Create();
        foreach (var length in (long[])[0, 4096, 1L << 40])
        {
            Assert.Equal(-1, Unistd.ftruncate(surface.Descriptor, length));
            Assert.Equal(EPERM, Errno.Number);
        }
        Assert.Equal(-1, Fcntl.fcntl(surface.Descriptor, Fcntl.F_ADD_SEALS, 8));
        Assert.Equal(EPERM, Errno.Number);
    }

    [Fact]
    public unsafe void ReadOnly_MapOrWrite_Refused()
    {
        using var surface = SurfaceFile.Create();
        using var readOnly = SurfaceFile.OpenReadOnly(surface);
        Assert.Throws<IOException>(() => new SurfaceWriter(readOnly));
        byte one = 1;
        Assert.Equal(-1, Unistd.pwrite(readOnly.Descriptor, &one, 1, 0));
        Assert.Equal(EBADF, Errno.Number);

        var start = SysMman.mmap(null, 4096, SysMman.PROT_READ, SysMman.MAP_SHARED, readOnly.Descriptor, 0);
        Assert.NotEqual(-1, (nint)start);
        Assert.Equal(-1, SysMman.mprotect(start, 4096, SysMman.PROT_READ | SysMman.PROT_WRITE));
        Assert.Equal(EACCES, Errno.Number);
        _ = SysMman.munmap(start, 4096);
    }

    [SandboxFact]
    public async Task ReadOnly_OpenedAgainThroughProcWithoutCapabilities_StaysReadOnly()
    {
        using var surface = SurfaceFile.Create();
        using var readOnly = SurfaceFile.OpenReadOnly(surface);
        using var bell = Bell.Create();
        using var child = await TestChild.StartAsync("reopen", "bwrap", "--bind", "/", "/", "--proc", "/proc", "--dev", "/dev", "--unshare-user",
            "--uid", "65534", "--cap-drop", "ALL", "--die-with-parent");
        child.Control.Send(new Join(1, "", false, readOnly, bell.Handle, null, null));
        Assert.Equal($"errno {EACCES}", await child.ReportAsync());
    }

    [Fact]
    public void Create_LargestSize_TakesMemoryOnlyWhereTouched()
    {
        using var surface = SurfaceFile.Create(SurfaceFile.SideMax, SurfaceFile.SideMax);
        using var writer = new SurfaceWriter(surface);
        Assert.True(writer.Fits(SurfaceFile.SideMax, SurfaceFile.SideMax));
        writer.Resize(64, 64);
        writer.PublishFrame(new byte[64 * 64 * 4], 64 * 4, [new(0, 0, 64, 64)], default, 0);
        Assert.InRange(AllocatedBytes(surface), 4096, 256 * 1024);
    }

    [Fact]
    public void Resize_ToSmaller_GivesMemoryBack()
    {
        using var surface = SurfaceFile.Create();
        using var writer = new SurfaceWriter(surface);
        writer.Resize(1920, 1080);
        writer.PublishFrame(new byte[1920 * 1080 * 4], 1920 * 4, [writer.Geometry.Bounds], default, 0);
        Assert.True(AllocatedBytes(surface) > 8_000_000);
        writer.Resize(100, 100);
        Assert.InRange(AllocatedBytes(surface), 0, 256 * 1024);
    }

    [Theory]
    [InlineData(0, 10)]
    [InlineData(10, -1)]
    [InlineData(SurfaceFile.SideMax + 1, 10)]
    public void Create_ImpossibleSize_Throws(int width, int height) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => SurfaceFile.Create(width, height));

    [Fact]
    public unsafe void TryOpen_NoSurface_Refused()
    {
        using var input = InputFile.Create();
        using var surface = SurfaceFile.Create();
        using var bell = Bell.Create();
        var unsealed = SysMman.memfd_create("unsealed", SysMman.MFD_CLOEXEC | SysMman.MFD_ALLOW_SEALING);
        using var file = new DescriptorHandle(unsealed);
        var magic = SurfaceLayout.Magic;
        Assert.Equal(0, Unistd.ftruncate(unsealed, SurfaceLayout.LengthMin));
        Assert.Equal(8, Unistd.pwrite(unsealed, &magic, 8, 0));
        foreach (var wrong in (DescriptorHandle[])[input, bell.Handle, file]) Assert.False(SurfaceReader.TryOpen(wrong, out _));
        Assert.False(InputRingReader.TryOpen(surface, 1, out _));
        Assert.Throws<IOException>(() => new InputRingWriter(surface, bell, 1));
    }

    static long AllocatedBytes(DescriptorHandle file)
    {
        // st_blocks of a memory file counts the pages that exist; stat(1) saves a struct layout here.
        using var stat = System.Diagnostics.Process.Start(new System.Diagnostics.ProcessStartInfo("stat",
            ["-L", "-c", "%b", $"/proc/{Environment.ProcessId}/fd/{file.Descriptor}"]) { RedirectStandardOutput = true })!;
        return long.Parse(stat.StandardOutput.ReadToEnd()) * 512;
    }
}
