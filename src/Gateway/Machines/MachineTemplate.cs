using RemoteChain.Gateway.Chains;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Gateway.Chains.Text;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Machines;

/// <summary>What machines are made from. Made by <see cref="Parse"/>, which checks it.</summary>
/// <param name="Name">As chains refer to it.</param>
/// <param name="Description">For people.</param>
/// <param name="Boot">What a machine starts with.</param>
/// <param name="Files">The files that it is given, by their names in <see cref="GuestFiles"/>.</param>
/// <param name="CommandLine">The kernel's parameters.</param>
/// <param name="MemoryMib">RAM.</param>
/// <param name="Mips">Million instructions a second at most.</param>
/// <param name="Display">Size of the display at first.</param>
/// <param name="TimeToLive">After which a machine that outlives its session is destroyed; zero for never.</param>
public sealed record MachineTemplate(
    string Name, string Description, MachineBoot Boot, IReadOnlyDictionary<MachinePart, string> Files, string CommandLine, int MemoryMib, int Mips,
    DesktopSize Display, TimeSpan TimeToLive)
{
    /// <summary>What its network reaches; null when its machines have none, and no card.</summary>
    public NetworkRules? Network { get; init; }

    private const int DescriptionCharsMax = 500, CommandLineCharsMax = 2000;

    private static readonly TimeSpan s_timeToLiveMax = TimeSpan.FromDays(365);

    /// <summary>The keys of the document.</summary>
    public static IReadOnlyList<LayerKey> Keys { get; } =
    [
        new("name", Chains.Name.Rule, "How chains refer to it.", null),
        new("description", "text", "For people.", ""),
        new("boot", "linux | firmware | echo", "What a machine starts with: a Linux kernel, firmware that looks for a system on CD and disk, or the small "
            + "desktop that the gateway brings along.", "linux"),
        new("kernel", "name of a file", "A bzImage.", "none"),
        new("unpacked-kernel", "name of a file", "The ELF image that the kernel holds: saves each start the unpacking.", "none"),
        new("initial-files", "name of a file", "The kernel's first file system.", "none"),
        new("firmware", "name of a file", "The PC's firmware, for boot: firmware.", "firmware/bios-256k.bin"),
        new("display-firmware", "name of a file", "The display's firmware, for boot: firmware.", "firmware/vgabios-stdvga.bin"),
        new("disk", "name of a file", "A raw disk image. Machines leave it as it is and keep what they change beside it.", "none"),
        new("cd", "name of a file", "An ISO image.", "none"),
        new("command-line", "text", "The kernel's parameters.", ""),
        new("memory", $"{MachineLayer.MemoryMibMin} to {MachineLayer.MemoryMibMax}", "RAM in MiB.", "128"),
        new("processor", $"{MachineLayer.MipsMin} to {MachineLayer.MipsMax}", "Million instructions a second that a machine may run at most.", "250"),
        new("display", "WIDTHxHEIGHT", "Size of the display at first: 320x320 to 1920x1200.", "1024x768"),
        new("network", "off | allow: [rules]", "What machines reach over a network card: `tcp HOST:PORT`, and `dns`.", "off"),
        new("time-to-live", "a duration such as 8h, or 0", "After which a machine that was kept is destroyed; 0 is never.", "0"),
    ];

    private static readonly (string Key, MachinePart Part)[] s_files =
        [("kernel", MachinePart.Kernel), ("unpacked-kernel", MachinePart.UnpackedKernel), ("initial-files", MachinePart.InitialFiles),
            ("firmware", MachinePart.Firmware), ("display-firmware", MachinePart.DisplayFirmware), ("disk", MachinePart.Disk), ("cd", MachinePart.Cd)];

    /// <summary>Reads a document. Never throws for anything the text contains.</summary>
    public static (MachineTemplate? Template, IReadOnlyList<ChainError> Errors) Parse(string text)
    {
        var errors = new List<ChainError>();
        if (DocumentReader.Read(text, errors) is not { } root)
        {
            return (null, errors);
        }

        if (root is not MapNode map)
        {
            return (null, [new ChainError(root.Line, root.Column, $"a template is keys with values, not {root.Form}")]);
        }

        var template = Read(new LayerReader("template", Keys, map, errors));
        if (template is { Boot: MachineBoot.Linux } && !template.Files.ContainsKey(MachinePart.Kernel) && errors.Count == 0)
        {
            errors.Add(new ChainError(map.Line, map.Column, "template: `kernel` is missing; a machine that boots linux needs one"));
        }

        if (template.Boot == MachineBoot.Firmware && !template.Files.ContainsKey(MachinePart.Disk) && !template.Files.ContainsKey(MachinePart.Cd) && errors.Count == 0)
        {
            errors.Add(new ChainError(map.Line, map.Column, "template: `disk` or `cd` is missing; firmware starts what is on one of them"));
        }

        return errors.Count == 0 ? (template, []) : (null, [.. errors.OrderBy(error => error.Line).ThenBy(error => error.Column)]);
    }

    private static MachineTemplate Read(LayerReader reader)
    {
        var files = new Dictionary<MachinePart, string>();
        foreach (var (key, part) in s_files)
        {
            string name = reader.Text(key, "", GuestFiles.IsName, "the name of a file in the node's folder of guests, such as debian-shell/initrd");
            if (name.Length > 0)
            {
                files[part] = name;
            }
        }

        var boot = reader.Choice("boot", BootWord.Linux);
        if (boot == BootWord.Firmware)
        {
            files.TryAdd(MachinePart.Firmware, "firmware/bios-256k.bin");
            files.TryAdd(MachinePart.DisplayFirmware, "firmware/vgabios-stdvga.bin");
        }

        return new MachineTemplate(
            reader.Text("name", null, name => Chains.Name.IsValid(name), Chains.Name.Rule),
            reader.Text("description", "", description => description.Length <= DescriptionCharsMax, $"at most {DescriptionCharsMax} characters"),
            boot switch { BootWord.Echo => MachineBoot.Echo, BootWord.Firmware => MachineBoot.Firmware, _ => MachineBoot.Linux },
            files,
            reader.Text("command-line", "", line => line.Length <= CommandLineCharsMax && line.All(c => c is >= ' ' and <= '~'),
                $"one line of at most {CommandLineCharsMax} ASCII characters"),
            reader.Number32("memory", MachineLayer.MemoryMibMin, MachineLayer.MemoryMibMax, 128),
            reader.Number32("processor", MachineLayer.MipsMin, MachineLayer.MipsMax, MachineLayer.MipsMax),
            reader.Optional<DesktopSize>("display", "a size such as 1024x768 (320x320 to 1920x1200)", TryDisplay) ?? new DesktopSize(1024, 768),
            reader.Duration("time-to-live", TimeSpan.Zero, s_timeToLiveMax, TimeSpan.Zero))
        {
            Network = reader.Nested("network", NetworkRules.Keys) is { } network ? NetworkRules.Read(network) : null,
        };
    }

    private static bool TryDisplay(string text, out DesktopSize size) => DesktopSize.TryParse(text, out size)
        && size.Width is >= StartMachine.SideMin and <= StartMachine.WidthMax && size.Height is >= StartMachine.SideMin and <= StartMachine.HeightMax;

    private enum BootWord
    {
        Linux,
        Firmware,
        Echo,
    }
}
