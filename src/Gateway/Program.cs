using RemoteChain.Gateway.Cli;

return await new CommandLine(Terminal.Real).RunAsync(args);
