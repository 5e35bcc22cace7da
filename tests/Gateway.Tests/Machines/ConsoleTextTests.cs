using RemoteChain.Gateway.Machines;

namespace RemoteChain.Gateway.Tests.Machines;

public sealed class ConsoleTextTests
{
    [Theory]
    [InlineData("login:\r\n/ # ", "login:\n/ # ")]
    [InlineData("\u001b[1;32mok\u001b[0m\n", "ok\n")]
    [InlineData("\u001b]0;a title\aprompt\u001b]2;b\u001b\\$", "prompt$")]
    [InlineData(" 10%\r 20%\r100%\n", "100%\n")]
    [InlineData("lsx\b \b\n", "ls \n")]
    [InlineData("tail\u001b[", "tail")]
    [InlineData("a\0b\u0007c\td", "abc\td")]
    [InlineData("\u001b[31\nred", "[31\nred")]
    public void Plain_LeavesWhatCanBeRead(string sent, string expected) => Assert.Equal(expected, ConsoleText.Plain(sent));
}
