using RemoteChain.Gateway.Fronts;

namespace RemoteChain.Gateway.Tests.Fronts;

public class FrontUserTests
{
    [Theory]
    [InlineData("alice", "alice", "", false)]
    [InlineData("alice#desk", "alice", "desk", false)]
    [InlineData("alice#desk?view", "alice", "desk", true)]
    [InlineData("WORKSTATION\\alice#desk", "alice", "desk", false)]
    [InlineData(" alice ", "alice", "", false)]
    [InlineData("#desk", "", "desk", false)]
    [InlineData("", "", "", false)]
    [InlineData("a#b#c", "a", "b#c", false)]
    public void Parse_WhatPeopleType(string typed, string user, string chain, bool viewOnly) =>
        Assert.Equal(new FrontUser(user, chain, viewOnly), FrontUser.Parse(typed));
}
