package io.atalaya.edge;

import io.atalaya.assignment.Assignment;
import io.atalaya.auth.Principal;
import io.atalaya.edge.Entrance.Visitor;
import io.atalaya.event.Topic;
import io.atalaya.hub.Admission;
import io.atalaya.hub.Session;
import io.atalaya.hub.Shard;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import io.atalaya.routing.SessionTopics;
import io.netty.channel.ChannelHandlerContext;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * The phase between the request and the session. Confined to the connection's event loop.
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
    private final Entrance entrance;
    private final EdgeContext context;
    private final Endpoint endpoint;
    private final ConnectRequest request;
    private final Entrance.Target target;

    private long revocationsSeen;
    private boolean ended;

    Connecting(Entrance entrance, Endpoint endpoint, ConnectRequest request, Entrance.Target target) {
        this.entrance = entrance;
        this.context = entrance.context();
        this.endpoint = endpoint;
        this.request = request;
        this.target = target;
    }

    /** Begins; {@code ctx} is the context that the session will write from. */
    void start(ChannelHandlerContext ctx) {
        long waitNanos = entrance.pacer().reserve(context.nanoClock().getAsLong());
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
        revocationsSeen = context.hub().revocations();
        whenDone(ctx, entrance.visitor(endpoint, request), visitor -> onVisitor(ctx, visitor));
    }

    private void onVisitor(ChannelHandlerContext ctx, Visitor visitor) {
        switch (visitor) {
            case Visitor.Known known -> onPrincipal(ctx, known.principal());
            case Visitor.Refused refused -> refuse(ctx, refused.reason());
        }
    }

    private void onPrincipal(ChannelHandlerContext ctx, Principal principal) {
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
        if (context.hub().isDraining()) {
            slot.release();
            refuse(ctx, CloseReason.SHUTDOWN);
            return;
        }
        ended = true;
        resume(ctx);
        target.onAccepted();
        Set<Topic> topics = SessionTopics.of(endpoint, principal, assignments);
        Session session = shardOf(ctx).join(target.wire(), ctx, endpoint, principal, slot, topics);
        context.recovery().begin(session, request.wish());
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
        if (!ctx.channel().isActive() || target.isTurnedAway()) {
            ended = true;
            return;
        }
        next.accept(answer);
    }

    private void onTimeout(ChannelHandlerContext ctx) {
        if (!ended && !target.isTurnedAway()) {
            refuse(ctx, CloseReason.HANDSHAKE_TIMEOUT);
        }
    }

    private void refuse(ChannelHandlerContext ctx, CloseReason reason) {
        ended = true;
        resume(ctx);
        shardOf(ctx).onRefused(target.wire(), reason);
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
