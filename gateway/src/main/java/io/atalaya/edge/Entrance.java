package io.atalaya.edge;

import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.hub.Session;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.netty.channel.ChannelHandlerContext;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where every client comes in, however it is reached afterwards: one pace, one set of rules. Thread-safe: immutable but
 * for the pacer.
 */
public final class Entrance {
    private static final Logger LOG = LoggerFactory.getLogger(Entrance.class);

    private final EdgeContext context;
    private final ConnectPacer pacer;

    /** Where the way in leads to. Called on the connection's event loop. */
    public interface Target {
        /** How the client will be reached. */
        Wire wire();

        /** The client may come in: what it has to hear before its first frame is written now. */
        void onAccepted();

        /** The client has a session. */
        void onJoined(Session session);

        /** The client has none. */
        void onRefused(CloseReason reason);

        /** Whether the client was turned away meanwhile, for what it has sent: there is nobody to let in. */
        boolean isTurnedAway();
    }

    /** Who is at the door. */
    public sealed interface Visitor {
        /** Somebody who may use the endpoint. */
        record Known(Principal principal) implements Visitor {}

        /** Somebody who may not, at least not now. */
        record Refused(CloseReason reason) implements Visitor {}
    }

    public Entrance(EdgeContext context) {
        this.context = context;
        this.pacer = new ConnectPacer(
                context.config().connectRate(),
                context.config().connectWait().toNanos(),
                context.nanoClock().getAsLong());
    }

    public EdgeContext context() {
        return context;
    }

    ConnectPacer pacer() {
        return pacer;
    }

    /**
     * Takes a client from its request to its session. On the connection's event loop.
     *
     * @param ctx the context that the session will write from
     */
    public void enter(ChannelHandlerContext ctx, Endpoint endpoint, ConnectRequest request, Target target) {
        new Connecting(this, endpoint, request, target).start(ctx);
    }

    /** Finds out who sent a request to an endpoint: origin, credential, role. Never blocks; never fails. */
    public CompletionStage<Visitor> visitor(Endpoint endpoint, ConnectRequest request) {
        if (endpoint.originChecked() && !originAllowed(request)) {
            return refused(CloseReason.ORIGIN_NOT_ALLOWED);
        }
        Authenticator authenticator =
                context.authenticators().get(endpoint.authentication().name());
        if (authenticator == null) {
            return refused(CloseReason.INTERNAL_ERROR);
        }
        String credential = request.parameter(endpoint.authentication().parameter());
        return authenticator.authenticate(credential).thenApply(outcome -> visitor(endpoint, outcome));
    }

    private static CompletionStage<Visitor> refused(CloseReason reason) {
        return CompletableFuture.completedFuture(new Visitor.Refused(reason));
    }

    private boolean originAllowed(ConnectRequest request) {
        return request.origin()
                .map(origin -> context.config().allowedOrigins().contains(origin))
                .orElse(context.config().allowMissingOrigin());
    }

    private static Visitor visitor(Endpoint endpoint, AuthOutcome outcome) {
        return switch (outcome) {
            case AuthOutcome.Accepted accepted -> {
                Principal principal = accepted.principal();
                boolean fits = endpoint.roles().isEmpty() || principal.hasAnyRole(endpoint.roles());
                yield fits ? new Visitor.Known(principal) : new Visitor.Refused(CloseReason.ROLE_NOT_ALLOWED);
            }
            case AuthOutcome.Refused refused -> {
                LOG.atDebug()
                        .addKeyValue("endpoint", endpoint.name())
                        .addKeyValue("reason", refused.reason())
                        .log("authentication refused");
                yield new Visitor.Refused(CloseReason.AUTHENTICATION_FAILED);
            }
            case AuthOutcome.Unavailable _ -> new Visitor.Refused(CloseReason.CANNOT_CHECK_REVOCATION);
        };
    }
}
