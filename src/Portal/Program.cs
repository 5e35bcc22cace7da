using RemoteChain.Gateway.Cli;
using RemoteChain.Portal;

return await new CommandLine(Terminal.Real, host: options => PortalHosting.Build(options)).RunAsync(args);
