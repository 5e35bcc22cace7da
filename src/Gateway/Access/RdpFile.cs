using System.Globalization;
using System.Text;

namespace RemoteChain.Gateway.Access;

/// <summary>
/// The text of an <c>.rdp</c> file that opens one chain with one pass. Lines are <c>key:type:value</c>; keys are those that both mstsc
/// and FreeRDP read. <c>password:s:</c> is read by FreeRDP and its relatives; mstsc only takes passwords that were encrypted on
/// the same machine, so there the user pastes it.
/// </summary>
public static class RdpFile
{
    /// <summary>Media type of such files.</summary>
    public const string MediaType = "application/x-rdp";

    /// <summary>Writes the file.</summary>
    /// <param name="host">Where the node's RDP front door is, as the client reaches it.</param>
    /// <param name="port">Its port.</param>
    /// <param name="pass">The pass.</param>
    /// <param name="width">Width of the desktop; 0 leaves it to the client.</param>
    /// <param name="height">Height of the desktop; 0 leaves it to the client.</param>
    public static string Text(string host, int port, NewConnectionPass pass, int width = 0, int height = 0)
    {
        var text = new StringBuilder();
        var address = host.Contains(':', StringComparison.Ordinal) ? $"[{host.Trim('[', ']')}]" : host;
        Line("full address", $"{address}:{port}");
        Line("username", pass.Pass.Id);
        Line("password", pass.Secret);
        Number("enablecredsspsupport", 1);
        Number("negotiate security layer", 1);
        Number("prompt for credentials", 0);
        Number("promptcredentialonce", 1);
        Number("authentication level", 2);
        Number("screen mode id", 1);
        if (width > 0 && height > 0)
        {
            Number("desktopwidth", width);
            Number("desktopheight", height);
        }
        Number("dynamic resolution", 1);
        Number("use multimon", 0);
        Number("session bpp", 32);
        Number("connection type", 7);
        Number("networkautodetect", 1);
        Number("bandwidthautodetect", 1);
        Number("displayconnectionbar", 1);
        Number("keyboardhook", 2);
        // A pass works once: a client that reconnects by itself would only be refused, and counted.
        Number("autoreconnection enabled", 0);
        // Text of the clipboard, as far as the chain allows; nothing else of the user's machine is passed on.
        Number("redirectclipboard", 1);
        Number("redirectprinters", 0);
        Number("redirectcomports", 0);
        Number("redirectsmartcards", 0);
        Line("drivestoredirect", "");
        Number("audiomode", 2);
        return text.ToString();

        void Line(string key, string value) => text.Append(key).Append(":s:").Append(Clean(value)).Append("\r\n");
        void Number(string key, int value) =>
            text.Append(key).Append(":i:").Append(value.ToString(CultureInfo.InvariantCulture)).Append("\r\n");
    }

    // A line break in a value would begin a line of the attacker's choice.
    static string Clean(string value) => new([.. value.Where(c => !char.IsControl(c) && c is not ('\u2028' or '\u2029'))]);
}
