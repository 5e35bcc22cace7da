namespace RemoteChain.Portal.Calls;

/// <summary>Gives <see cref="InProcessNode"/> the same pipeline that requests from outside go through: authentication, rate limits, errors.</summary>
sealed class PipelineTap(InProcessNode node) : IStartupFilter
{
    /// <inheritdoc/>
    public Action<IApplicationBuilder> Configure(Action<IApplicationBuilder> next) => app =>
    {
        app.Use(rest =>
        {
            node.Pipeline = rest;
            return rest;
        });
        next(app);
    };
}
