using System.Net.Sockets;
using RemoteChain.Gateway.Chains.Kinds;
using RemoteChain.Surface.Control;

namespace RemoteChain.Gateway.Hops;

/// <summary>
/// A SOCKS5 or HTTP proxy. Dials it from where the hop before ends, asks it for the next layer, and hands out that same socket: after the
/// handshake nothing of the gateway stands in the way, so the hop costs a round trip at the start and nothing later.
/// </summary>
/// <param name="layer">The layer; its title names it in failures.</param>
/// <param name="signIn">User and password; null for a proxy that asks for none.</param>
public sealed class ProxyHop(ProxyLayer layer, HopSignIn? signIn) : Hop
{
    /// <inheritdoc/>
    public override string Layer => layer.Title;

    /// <inheritdoc/>
    public override ValueTask<HopResult> OpenAsync(Dialer inner, CancellationToken cancellationToken) =>
        new(new HopResult(new ProxyDialer(inner, layer, signIn), null));

    private sealed class ProxyDialer(Dialer inner, ProxyLayer layer, HopSignIn? signIn) : Dialer
    {
        private readonly HostEndpoint _proxy = new(layer.Host, layer.Port);

        public override IReadOnlyList<HopProbe> Probes { get; } = KernelProbe.After(inner, layer, new HostEndpoint(layer.Host, layer.Port));

        public override IReadOnlyList<HopProbe> Signs => [.. inner.Signs, .. Probes.Skip(inner.Probes.Count)];

        public override Task<Failure> Lost => inner.Lost;

        public override async ValueTask<DialResult> DialAsync(HostEndpoint target, TimeSpan patience, CancellationToken cancellationToken)
        {
            if (!target.IsPlain)
            {
                return new Failure(FailureStage.Dial, FailureCause.NameUnknown, $"{target.Host.Length} characters that are no name of a host");
            }

            var dialed = await inner.DialAsync(_proxy, patience, cancellationToken);
            if (dialed.Socket is not { } socket)
            {
                return dialed.Failure! with { Layer = dialed.Failure!.Layer ?? layer.Title };
            }

            using var deadline = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            deadline.CancelAfter(patience);
            Failure? failure;
            try
            {
                socket.Blocking = false;
                var handshake = new Handshake(socket, deadline.Token);
                failure = await Task.Run(() => Ask(handshake, target), CancellationToken.None);
            }
            catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
            {
                failure = Failed(FailureCause.TimedOut, $"no answer of {_proxy} about {target} within {patience.TotalSeconds:0} s");
            }
            catch (EndOfStreamException)
            {
                failure = Failed(FailureCause.ProtocolError, $"{_proxy} closed the connection instead of answering; is it a proxy of this type?");
            }
            catch (SocketException ex)
            {
                failure = Failed(FailureCause.ConnectionLost, $"{_proxy}: {ex.Message}");
            }
            catch
            {
                socket.Dispose();
                throw;
            }

            if (failure is null)
            {
                return socket;
            }

            socket.Dispose();
            return failure;
        }

        public override ValueTask DisposeAsync() => inner.DisposeAsync();

        private Failure? Ask(Handshake handshake, HostEndpoint target) =>
            layer.Type == ProxyType.Socks5 ? AskSocks(handshake, target) : AskHttp(handshake, target);

        private Failure? AskSocks(Handshake handshake, HostEndpoint target)
        {
            byte[] answer = new byte[Socks5.AnswerBytes];
            handshake.Send(Socks5.Greeting(withPassword: signIn is not null));
            handshake.Receive(answer);
            if (!Socks5.TryReadChoice(answer, out byte method))
            {
                return Failed(FailureCause.ProtocolError, $"{_proxy} does not speak SOCKS5");
            }

            if (method == Socks5.PasswordSignIn && signIn is not null)
            {
                if (Socks5.SignIn(signIn.User, signIn.Password) is not { } message)
                {
                    return SignInFailed(FailureCause.Unsupported, $"user and password of {signIn} must have 1 to {Socks5.FieldBytesMax} bytes");
                }

                handshake.Send(message);
                handshake.Receive(answer);
                if (!Socks5.TryReadSignIn(answer, out bool accepted) || !accepted)
                {
                    return SignInFailed(FailureCause.WrongCredentials, $"{_proxy} does not accept user and password of {signIn}");
                }
            }
            else if (method != Socks5.NoSignIn)
            {
                return signIn is null
                    ? SignInFailed(FailureCause.WrongCredentials, $"{_proxy} wants a sign-in; name a secret in `credentials`")
                    : SignInFailed(FailureCause.Unsupported, $"{_proxy} takes no user and password");
            }

            if (Socks5.Connect(target) is not { } request)
            {
                return new Failure(FailureStage.Dial, FailureCause.NameUnknown, $"{target.Host}: too long a name");
            }

            handshake.Send(request);
            handshake.Receive(answer);
            if (!Socks5.TryReadReply(answer, out byte code))
            {
                return Failed(FailureCause.ProtocolError, $"{_proxy} broke the protocol of SOCKS5");
            }

            return code == 0 ? SkipBoundAddress(handshake) : FailureOf(code, target);
        }

        /// <summary>Where the proxy's own end is; of no use, but its bytes stand before the tunnel's.</summary>
        private Failure? SkipBoundAddress(Handshake handshake)
        {
            byte[] middle = new byte[Socks5.ReplyMiddleBytes];
            handshake.Receive(middle);
            if (!Socks5.TryReadRest(middle, out int rest))
            {
                return Failed(FailureCause.ProtocolError, $"{_proxy} broke the protocol of SOCKS5");
            }

            handshake.Receive(new byte[rest]);
            return null;
        }

        // Codes of RFC 1928, 6. What lies beyond the proxy names no layer here: it is the next one's failure.
        private Failure FailureOf(byte code, HostEndpoint target) => code switch
        {
            2 => Failed(FailureCause.PolicyRefused, $"the rules of {_proxy} forbid {target}"),
            3 => Beyond(FailureCause.Unreachable, target, "network unreachable"),
            4 => Beyond(FailureCause.Unreachable, target, "host unreachable"),
            5 => Beyond(FailureCause.Refused, target, "connection refused"),
            6 => Beyond(FailureCause.TimedOut, target, "TTL expired"),
            7 => Failed(FailureCause.Unsupported, $"{_proxy} does not connect on behalf of others"),
            8 => Failed(FailureCause.Unsupported, $"{_proxy} does not take this type of address: {target}"),
            _ => Beyond(FailureCause.Unreachable, target, $"failure {code}"),
        };

        private Failure? AskHttp(Handshake handshake, HostEndpoint target)
        {
            if (signIn?.User.Contains(':', StringComparison.Ordinal) == true)
            {
                return SignInFailed(FailureCause.Unsupported, $"the user of {signIn} contains a colon, which HTTP's sign-in cannot have");
            }

            handshake.Send(HttpConnect.Request(target, signIn?.User, signIn?.Password ?? ""));
            for (int bytesLeft = HttpConnect.HeadBytesMax; bytesLeft > 0;)
            {
                byte[]? head = handshake.ReceiveUntil((bytes, length) => HttpConnect.EndOf(bytes.AsSpan(0, length)), bytesLeft);
                if (head is null || !HttpConnect.TryRead(head, out var answer))
                {
                    break;
                }

                // 1xx is an interim answer (RFC 9110, 15.2): the real one follows.
                if (answer.Status >= 200)
                {
                    return answer.Status < 300 ? null : FailureOf(answer, target);
                }

                bytesLeft -= head.Length;
            }

            return Failed(FailureCause.ProtocolError, $"{_proxy} does not speak HTTP as a proxy");
        }

        private Failure FailureOf(HttpConnect.Answer answer, HostEndpoint target) => answer.Status switch
        {
            407 when !answer.TakesBasic => SignInFailed(
                FailureCause.Unsupported, $"{_proxy} asks for a kind of sign-in that is not Basic, which is all that this gateway has"),
            401 or 407 when signIn is null => SignInFailed(
                FailureCause.WrongCredentials, $"{_proxy} wants a sign-in ({answer.Status}); name a secret in `credentials`"),
            // RFC 9110 has 407 for a proxy; tinyproxy says 401 to a wrong password.
            401 or 407 => SignInFailed(FailureCause.WrongCredentials, $"{_proxy} does not accept user and password of {signIn} ({answer.Status})"),
            403 => Failed(FailureCause.PolicyRefused, $"the rules of {_proxy} forbid {target} (403)"),
            405 or 501 => Failed(FailureCause.Unsupported, $"{_proxy} does not allow CONNECT ({answer.Status})"),
            504 => Beyond(FailureCause.TimedOut, target, "no answer in time (504)"),
            >= 500 => Beyond(FailureCause.Unreachable, target, $"status {answer.Status}"),
            _ => Failed(FailureCause.ProtocolError, $"{_proxy} answered {answer.Status} to CONNECT {target}"),
        };

        private Failure Failed(FailureCause cause, string detail) => new(FailureStage.Dial, cause, detail) { Layer = layer.Title };

        private Failure SignInFailed(FailureCause cause, string detail) => new(FailureStage.SignIn, cause, detail) { Layer = layer.Title };

        private Failure Beyond(FailureCause cause, HostEndpoint target, string what) =>
            new(FailureStage.Dial, cause, $"{target}: {what}, says {layer.Title}");
    }
}
