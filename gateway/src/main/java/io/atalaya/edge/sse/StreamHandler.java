package io.atalaya.edge.sse;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.Entrance;
import io.atalaya.http.Response;
import io.atalaya.http.ResponseEncoder;
import io.atalaya.hub.Session;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.Wire;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.epoll.EpollChannelOption;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.time.Duration;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One event stream, from its request to its end. Confined to the connection's event loop.
 *
 * <pre>
 *   connecting ──joined──► open ──close, or the client leaves──► ended
 *        └───refused: an ordinary answer, then the end──────────►
 * </pre>
 */
final class StreamHandler extends ChannelInboundHandlerAdapter implements Entrance.Target {
    private static final Logger LOG = LoggerFactory.getLogger(StreamHandler.class);

    private final ResponseEncoder encoder;
    private final StreamAnswers answers;
    private final Endpoint endpoint;
    private final ConnectRequest request;
    private final IntConsumer answered;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Session session;
    private boolean broken;

    /** @param answered hears the status of the one answer */
    StreamHandler(
            ResponseEncoder encoder,
            StreamAnswers answers,
            Endpoint endpoint,
            ConnectRequest request,
            IntConsumer answered) {
        this.encoder = encoder;
        this.answers = answers;
        this.endpoint = endpoint;
        this.request = request;
        this.answered = answered;
    }

    /** Starts the connecting phase; the handler must be in the pipeline. */
    void connect(Entrance entrance) {
        ChannelHandlerContext own = context();
        giveUpAfter(own, entrance.context().limits().heartbeatTimeout());
        entrance.enter(own, endpoint, request, this);
        own.flush();
    }

    /**
     * A reader that vanished without a word is noticed by what it does not confirm: that it confirms is all that a reader
     * does (RFC 5482). Without effect where the transport cannot.
     */
    private static void giveUpAfter(ChannelHandlerContext ctx, Duration silence) {
        ctx.channel().config().setOption(EpollChannelOption.TCP_USER_TIMEOUT, (int) silence.toMillis());
    }

    private ChannelHandlerContext context() {
        ChannelHandlerContext own = ctx;
        if (own == null) {
            throw new IllegalStateException("handler added: false (expected: true)");
        }
        return own;
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
    }

    @Override
    public Wire wire() {
        return Wire.SSE;
    }

    @Override
    public void onAccepted() {
        ChannelHandlerContext own = context();
        Response head = answers.stream(endpoint, request);
        answered.accept(head.status());
        own.write(encoder.openEnded(own.alloc(), head), own.voidPromise());
        // something of the body at once, since what is between may not pass a head on alone
        own.write(Wire.SSE.ping(own.alloc(), 0), own.voidPromise());
    }

    @Override
    public void onJoined(Session joined) {
        session = joined;
    }

    @Override
    public void onRefused(CloseReason reason) {
        ChannelHandlerContext own = context();
        Response refusal = answers.refusal(reason);
        answered.accept(refusal.status());
        own.writeAndFlush(encoder.last(own.alloc(), refusal)).addListener(ChannelFutureListener.CLOSE);
    }

    /** Nothing that it sends is looked at. */
    @Override
    public boolean isTurnedAway() {
        return false;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ReferenceCountUtil.release(message);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        Session open = session;
        if (open != null && broken) {
            open.onInactive();
        } else if (open != null) {
            open.onEndOfInput();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        broken = true;
        Session open = session;
        if (cause instanceof IOException || open == null) {
            ctx.close();
            return;
        }
        LOG.atError().setCause(cause).log("event stream failed");
        open.close(CloseReason.INTERNAL_ERROR);
    }
}
