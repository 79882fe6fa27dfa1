package io.atalaya.edge;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.auth.Principal;
import io.atalaya.hub.Admission;
import io.atalaya.hub.Session;
import io.atalaya.hub.Shard;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import io.atalaya.recovery.Wish;
import io.atalaya.routing.SessionTopics;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The phase between the upgrade and the session. Confined to the connection's event loop.
 *
 * <pre>
 *   pace ─► origin ─► authenticate ─► role ─► admit ─► assignments ─► joined
 *     └────────┴───────────┴───────────┴────────┴──────────┴────────► refused(reason)
 * </pre>
 *
 * A step whose answer is there already runs on at once, so that the usual connect is one pass through this class. A
 * step that has to wait stops reading from the socket meanwhile, and the whole phase is bounded by the handshake
 * time-out.
 */
final class Connecting {
    private static final Logger LOG = LoggerFactory.getLogger(Connecting.class);

    private final EdgeContext context;
    private final ConnectPacer pacer;
    private final Endpoint endpoint;
    private final ConnectRequest request;

    private Target target = Target.NONE;
    private long revocationsSeen;
    private boolean ended;

    /** Where the phase leads to; called once, on the event loop. */
    interface Target {
        Target NONE = new Target() {
            @Override
            public void onJoined(Session session) {}

            @Override
            public void onRefused(CloseReason reason) {}
        };

        void onJoined(Session session);

        void onRefused(CloseReason reason);
    }

    Connecting(EdgeContext context, ConnectPacer pacer, Endpoint endpoint, ConnectRequest request) {
        this.context = context;
        this.pacer = pacer;
        this.endpoint = endpoint;
        this.request = request;
    }

    /** Begins; {@code ctx} is the context that the session will write from. */
    void start(ChannelHandlerContext ctx, Target end) {
        this.target = end;
        long waitNanos = pacer.reserve(context.nanoClock().getAsLong());
        if (waitNanos == ConnectPacer.REFUSED) {
            refuse(ctx, CloseReason.CONNECT_RATE);
        } else if (waitNanos > 0) {
            pause(ctx);
            ctx.executor().schedule(() -> onPaced(ctx), waitNanos, TimeUnit.NANOSECONDS);
        } else {
            onPaced(ctx);
        }
        if (!ended) {
            long millis = context.config().handshakeTimeout().toMillis() + waitNanos / 1_000_000;
            ctx.executor().schedule(() -> onTimeout(ctx), millis, TimeUnit.MILLISECONDS);
        }
    }

    private void onPaced(ChannelHandlerContext ctx) {
        if (endpoint.originChecked() && !originAllowed()) {
            refuse(ctx, CloseReason.ORIGIN_NOT_ALLOWED);
            return;
        }
        Authenticator authenticator =
                context.authenticators().get(endpoint.authentication().name());
        if (authenticator == null) {
            refuse(ctx, CloseReason.INTERNAL_ERROR);
            return;
        }
        String credential = request.parameter(endpoint.authentication().parameter());
        revocationsSeen = context.hub().revocations();
        whenDone(ctx, authenticator.authenticate(credential), outcome -> onAuthenticated(ctx, outcome));
    }

    private boolean originAllowed() {
        return request.origin()
                .map(origin -> context.config().allowedOrigins().contains(origin))
                .orElse(context.config().allowMissingOrigin());
    }

    private void onAuthenticated(ChannelHandlerContext ctx, AuthOutcome outcome) {
        switch (outcome) {
            case AuthOutcome.Accepted accepted -> onPrincipal(ctx, accepted.principal());
            case AuthOutcome.Refused refused -> {
                LOG.atDebug()
                        .addKeyValue("endpoint", endpoint.name())
                        .addKeyValue("reason", refused.reason())
                        .log("authentication refused");
                refuse(ctx, CloseReason.AUTHENTICATION_FAILED);
            }
            case AuthOutcome.Unavailable _ -> refuse(ctx, CloseReason.CANNOT_CHECK_REVOCATION);
        }
    }

    private void onPrincipal(ChannelHandlerContext ctx, Principal principal) {
        if (!endpoint.roles().isEmpty() && !principal.hasAnyRole(endpoint.roles())) {
            refuse(ctx, CloseReason.ROLE_NOT_ALLOWED);
            return;
        }
        switch (context.hub().admission().ask(endpoint, principal)) {
            case Admission.Outcome.Granted granted -> onAdmitted(ctx, principal, granted.slot());
            case Admission.Outcome.ProcessFull _ -> refuse(ctx, CloseReason.CONNECTION_LIMIT);
            case Admission.Outcome.SubjectFull _ -> refuse(ctx, CloseReason.SESSION_LIMIT);
        }
    }

    private void onAdmitted(ChannelHandlerContext ctx, Principal principal, Admission.Slot slot) {
        if (!SessionTopics.needsAssignments(endpoint, principal)) {
            join(ctx, principal, slot, List.of());
            return;
        }
        // the slot must come back even when the connection is gone before the answer
        ctx.channel().closeFuture().addListener(_ -> slot.release());
        whenDone(
                ctx,
                context.assignments().of(principal.tenant(), principal.subject()),
                assignments -> join(ctx, principal, slot, assignments));
    }

    private void join(
            ChannelHandlerContext ctx, Principal principal, Admission.Slot slot, List<Assignment> assignments) {
        ended = true;
        resume(ctx);
        Session session =
                shardOf(ctx).join(ctx, endpoint, principal, slot, SessionTopics.of(endpoint, principal, assignments));
        context.recovery().begin(session, Wish.of(request::parameter));
        target.onJoined(session);
        if (context.hub().revocations() != revocationsSeen) {
            session.recheck(() -> {});
        }
    }

    private <T> void whenDone(ChannelHandlerContext ctx, CompletionStage<T> stage, Consumer<T> next) {
        var future = stage.toCompletableFuture();
        if (future.isDone()) {
            goOn(ctx, future.getNow(null), next);
            return;
        }
        pause(ctx);
        future.whenComplete((answer, _) -> ctx.executor().execute(() -> goOn(ctx, answer, next)));
    }

    private <T> void goOn(ChannelHandlerContext ctx, T answer, Consumer<T> next) {
        if (ended) {
            return;
        }
        if (!ctx.channel().isActive()) {
            ended = true;
            return;
        }
        next.accept(answer);
    }

    private void onTimeout(ChannelHandlerContext ctx) {
        if (!ended) {
            refuse(ctx, CloseReason.HANDSHAKE_TIMEOUT);
        }
    }

    private void refuse(ChannelHandlerContext ctx, CloseReason reason) {
        ended = true;
        resume(ctx);
        shardOf(ctx).onRefused(reason);
        target.onRefused(reason);
    }

    private static void pause(ChannelHandlerContext ctx) {
        ctx.channel().config().setAutoRead(false);
    }

    private static void resume(ChannelHandlerContext ctx) {
        if (!ctx.channel().config().isAutoRead()) {
            ctx.channel().config().setAutoRead(true);
        }
    }

    private Shard shardOf(ChannelHandlerContext ctx) {
        return context.hub().shardOf(ctx.channel().eventLoop());
    }
}
