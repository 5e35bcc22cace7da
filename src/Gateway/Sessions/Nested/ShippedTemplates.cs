namespace RemoteChain.Gateway.Sessions.Nested;

/// <summary>The templates that come with the gateway, as an administrator would write them.</summary>
public static class ShippedTemplates
{
    /// <summary>
    /// A terminal over the whole screen. Nothing of the connection stands on a command line or in a file: FreeRDP reads its arguments
    /// from a pipe, and what is typed is not echoed. The trap keeps the loop alive when Ctrl+C ends a client that asks or hangs.
    /// </summary>
    public const string XFreeRdp = """
        name: xfreerdp3
        description: FreeRDP's X11 client in a Linux desktop; needs xterm and xfreerdp3 there.
        shell: |
          xterm -class z -g 700x180 -e sh -c 'stty -echo;trap : 2;m(){ printf "\33[H\33]11;#$1%02x\7" $r;printf "\33[4%sm\33[J\n" {rows} 9;};while :;do m 1;read -r t p;case $t in {word})m 2;printf %b "$p"|xfreerdp3 /args-from:stdin;r=$?;esac;done'
        typed:
          - /v:{address}
          - /u:{user}
          - /d:{domain}
          - /p:{password}
          - /cert:{certificate}
          - /kbd:layout:{keyboard}
          - /shell:{shell}
          - /f
          - /log-level:off
        exit-codes:
          2: logged-off
          5: replaced
          7: access-denied
          12: logged-off
          132: wrong-credentials
          134: wrong-credentials
          135: account-locked
          139: name-unknown
          140: name-unknown
          141: unreachable
          143: certificate-changed
          144: access-denied
          147: refused
          148: account-locked
          149: account-locked
          151: account-locked
          152: account-locked
          153: account-locked
          154: wrong-credentials
          155: access-denied
          156: access-denied
          157: account-locked
          158: access-denied
          159: wrong-credentials
        """;

    /// <summary>
    /// PowerShell over the whole screen. The password goes into a connection file only as DPAPI has encrypted it for this user, and that file
    /// is removed afterwards. Written from documentation: no Windows host was at hand to try it on.
    /// </summary>
    public const string Mstsc = """
        name: mstsc
        description: Windows' own client in a Windows desktop. Not tried on a real host yet.
        shell: |
          powershell -nop -w 3 -c "for(){$e=[char]27;$e+'[H';-split'{rows} 9'|%{$e+'[4'+$_+'m'+$e+'[J'};$s='';while(($c=[console]::readkey(1).keychar)-ne13){$s+=$c};iex(-join((-split$s)[1]-split'\\0(...)'-ne''|%{[char][convert]::toint32($_,8)}))}"
        quoting: powershell
        typed:
          - "$e+'[48;2;32;0;0m'+$e+'[J'"
          - "$f=[IO.Path]::GetTempFileName()+'.rdp'"
          - "$x=ConvertTo-SecureString {password} -AsPlainText -Force|ConvertFrom-SecureString"
          - "('full address:s:'+{address}),('username:s:'+{account}),('password 51:b:'+$x),('alternate shell:s:'+{shell}),'screen mode id:i:2','prompt for credentials:i:0','authentication level:i:2','keyboardhook:i:1'|Set-Content $f -Encoding Unicode"
          - "Start-Process mstsc $f -Wait"
          - "Remove-Item $f"
        keys-inside:
          ctrl+alt+del: ctrl+alt+end
        keys-outside:
          - ctrl+alt+del
        """;

    /// <summary>All of them.</summary>
    public static IReadOnlyList<string> All { get; } = [XFreeRdp, Mstsc];
}
