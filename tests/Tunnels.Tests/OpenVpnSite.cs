using System.Diagnostics;
using System.Net;
using System.Text;
using RemoteChain.Harness;
using RemoteChain.Surface.Control;

namespace RemoteChain.Tunnels.Tests;

/// <summary>A site behind a real OpenVPN server, with keys of its own that were made a moment ago, which wants a user and a password.</summary>
sealed class OpenVpnSite : IAsyncDisposable
{
    internal const string InnerAddress = "10.9.0.1", User = "guest", Password = """pa"ss\word""";

    readonly Place _place;
    readonly string _directory;
    readonly SiteHost _host;

    OpenVpnSite(Place place, string directory, Process server, IPEndPoint endpoint, string name)
    {
        (_place, _directory, Server, Endpoint) = (place, directory, server, endpoint);
        _host = new SiteHost(place, name, InnerAddress);
    }

    /// <summary>The server's process.</summary>
    internal Process Server { get; }

    /// <summary>Where it listens.</summary>
    internal IPEndPoint Endpoint { get; }

    internal static async Task<OpenVpnSite> CreateAsync(string name)
    {
        var place = await Place.CreateAsync();
        var address = await place.CableAsync();
        var directory = Directory.CreateTempSubdirectory("rcvpn").FullName;
        await CertifyAsync(directory, "ca", null, "CA:TRUE");
        await CertifyAsync(directory, "server", "serverAuth", "CA:FALSE");
        await CertifyAsync(directory, "client", "clientAuth", "CA:FALSE");
        await File.WriteAllTextAsync($"{directory}/check", $"#!/bin/sh\n[ \"$(sed -n 1p \"$1\")\" = {User} ] && [ \"$(sed -n 2p \"$1\")\" = '{Password}' ]\n");
        File.SetUnixFileMode($"{directory}/check", UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        var endpoint = new IPEndPoint(address, 1194);
        await File.WriteAllTextAsync($"{directory}/server.conf", $"""
            dev tun
            proto udp
            port {endpoint.Port}
            server 10.9.0.0 255.255.255.0
            topology subnet
            keepalive 1 3
            push "route 192.168.1.0 255.255.255.0"
            push "dhcp-option DNS {InnerAddress}"
            push "dhcp-option DOMAIN site"
            dh none
            ca {directory}/ca.crt
            cert {directory}/server.crt
            key {directory}/server.key
            script-security 2
            auth-user-pass-verify {directory}/check via-file
            disable-dco

            """);
        var server = Process.Start(new ProcessStartInfo("ip", ["netns", "exec", place.Name, "openvpn", "--config", $"{directory}/server.conf"])
            { RedirectStandardOutput = true })!;
        while (await server.StandardOutput.ReadLineAsync(Wait.Soon) is { } line && !line.Contains("Sequence Completed", StringComparison.Ordinal))
        {
        }

        _ = server.StandardOutput.BaseStream.CopyToAsync(Stream.Null);
        return new(place, directory, server, endpoint, name);
    }

    /// <summary>The order for a tunnel to it.</summary>
    /// <param name="tunnel">Its number.</param>
    /// <param name="password">What is shown to the server.</param>
    /// <param name="more">Further lines of the profile.</param>
    internal OpenOpenVpn Order(int tunnel, string password = Password, string more = "") => new(tunnel, 0, Secret.FromText(Profile() + more), User,
        Secret.FromText(password), [new(Endpoint, OverTcp: false)]);

    public async ValueTask DisposeAsync()
    {
        _host.Dispose();
        Server.Kill(entireProcessTree: true);
        await Server.WaitForExitAsync();
        Server.Dispose();
        await _place.DisposeAsync();
        Directory.Delete(_directory, recursive: true);
    }

    string Profile()
    {
        var text = new StringBuilder("client\nremote-cert-tls server\n");
        foreach (var (block, file) in new[] { ("ca", "ca.crt"), ("cert", "client.crt"), ("key", "client.key") })
            text.Append($"<{block}>\n{File.ReadAllText($"{_directory}/{file}")}</{block}>\n");
        return text.ToString();
    }

    static Task CertifyAsync(string directory, string name, string? use, string constraint) => Shell.RunAsync("openssl",
    [
        "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1", "-subj", $"/CN={name}",
        "-keyout", $"{directory}/{name}.key", "-out", $"{directory}/{name}.crt", "-addext", $"basicConstraints=critical,{constraint}",
        .. use is null ? Array.Empty<string>() : ["-CA", $"{directory}/ca.crt", "-CAkey", $"{directory}/ca.key", "-addext", $"extendedKeyUsage={use}",
            "-addext", "keyUsage=digitalSignature"],
    ]);
}
