package io.atalaya.edge.websocket;

import io.atalaya.edge.ConnectRequest;
import io.atalaya.edge.EdgeContext;
import io.atalaya.edge.Entrance;
import io.atalaya.hub.Session;
import io.atalaya.profile.Endpoint;
import io.atalaya.protocol.CloseReason;
import io.atalaya.protocol.WebSocketFrames;
import io.atalaya.protocol.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.DecoderException;
import io.netty.handler.codec.TooLongFrameException;
import io.netty.handler.codec.http.websocketx.BinaryWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CloseWebSocketFrame;
import io.netty.handler.codec.http.websocketx.ContinuationWebSocketFrame;
import io.netty.handler.codec.http.websocketx.CorruptedWebSocketFrameException;
import io.netty.handler.codec.http.websocketx.PingWebSocketFrame;
import io.netty.handler.codec.http.websocketx.PongWebSocketFrame;
import io.netty.handler.codec.http.websocketx.TextWebSocketFrame;
import io.netty.handler.codec.http.websocketx.WebSocketFrame;
import io.netty.util.ReferenceCountUtil;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The inbound side of one WebSocket: reassembles messages, answers control frames, and turns every violation into the
 * right close. Confined to the connection's event loop.
 *
 * <pre>
 *   connecting ──joined──► open ──close──► ended (reads and drops until the peer closes)
 *        └───refused──────────────────────►
 * </pre>
 */
final class SessionHandler extends ChannelInboundHandlerAdapter implements Entrance.Target {
    private static final Logger LOG = LoggerFactory.getLogger(SessionHandler.class);
    private static final long CLOSE_GRACE_MILLIS = 2_000;
    private static final int MOST_EARLY_FRAMES = 16;

    /** Fragments and control frames cost work though they are no messages: so many frames a second are plenty. */
    private static final int MOST_FRAMES_A_SECOND = 2_000;

    private static final long SECOND_NANOS = 1_000_000_000L;

    private final EdgeContext context;
    private @Nullable ChannelHandlerContext ctx;
    private @Nullable Session session;
    private @Nullable ArrayDeque<WebSocketFrame> early;
    private @Nullable MessageAssembly assembly;
    private boolean ended;
    private long secondBeganNanos;
    private int framesInSecond;

    SessionHandler(EdgeContext context) {
        this.context = context;
    }

    /** Starts the connecting phase; the handler must be in the pipeline. */
    void connect(Entrance entrance, Endpoint endpoint, ConnectRequest request) {
        ChannelHandlerContext own = ctx;
        if (own == null) {
            throw new IllegalStateException("handler added: false (expected: true)");
        }
        entrance.enter(own, endpoint, request, this);
        own.flush();
    }

    @Override
    public void handlerAdded(ChannelHandlerContext added) {
        ctx = added;
    }

    @Override
    public Wire wire() {
        return Wire.WEBSOCKET;
    }

    @Override
    public void onAccepted() {
        // the handshake was answered before, so that a refusal can be told by its code
    }

    @Override
    public void onJoined(Session joined) {
        session = joined;
        ArrayDeque<WebSocketFrame> waiting = early;
        early = null;
        while (waiting != null && !waiting.isEmpty()) {
            handle(joined, waiting.poll());
        }
    }

    @Override
    public void onRefused(CloseReason reason) {
        ended = true;
        dropEarly();
        ChannelHandlerContext own = ctx;
        if (own != null) {
            own.writeAndFlush(WebSocketFrames.close(own.alloc(), reason), own.voidPromise());
            own.executor().schedule(() -> own.close(), CLOSE_GRACE_MILLIS, TimeUnit.MILLISECONDS);
        }
    }

    @Override
    public boolean isTurnedAway() {
        return ended && session == null;
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        if (!(message instanceof WebSocketFrame frame)) {
            ReferenceCountUtil.release(message);
            return;
        }
        Session open = session;
        if (open != null) {
            handle(open, frame);
        } else if (!ended) {
            keepEarly(ctx, frame);
        } else {
            if (frame instanceof CloseWebSocketFrame) {
                ctx.close();
            }
            frame.release();
        }
    }

    private void keepEarly(ChannelHandlerContext ctx, WebSocketFrame frame) {
        ArrayDeque<WebSocketFrame> waiting = early == null ? new ArrayDeque<>() : early;
        early = waiting;
        waiting.add(frame);
        if (waiting.size() > MOST_EARLY_FRAMES) {
            turnAway(ctx, CloseReason.RATE_LIMITED);
        }
    }

    private boolean isOneTooMany() {
        long nowNanos = context.nanoClock().getAsLong();
        if (framesInSecond == 0 || nowNanos - secondBeganNanos >= SECOND_NANOS) {
            secondBeganNanos = nowNanos;
            framesInSecond = 0;
        }
        framesInSecond++;
        return framesInSecond > MOST_FRAMES_A_SECOND;
    }

    private void handle(Session open, WebSocketFrame frame) {
        try {
            if (isOneTooMany()) {
                open.close(CloseReason.RATE_LIMITED);
            }
            if (open.hasEnded() && !(frame instanceof CloseWebSocketFrame)) {
                return;
            }
            switch (frame) {
                case TextWebSocketFrame text -> onData(open, text.content(), text.isFinalFragment());
                case ContinuationWebSocketFrame more -> onContinuation(open, more);
                case PingWebSocketFrame ping -> open.reply(WebSocketFrames.pong(open.allocator(), ping.content()));
                case PongWebSocketFrame pong -> {
                    if (pong.content().readableBytes() == Long.BYTES) {
                        open.onPong(pong.content().readLong());
                    }
                }
                case CloseWebSocketFrame close -> open.onClientClose(close.statusCode());
                case BinaryWebSocketFrame _ -> open.close(CloseReason.BINARY_MESSAGE);
                default -> open.close(CloseReason.PROTOCOL_ERROR);
            }
        } finally {
            frame.release();
        }
    }

    private void onData(Session open, ByteBuf content, boolean complete) {
        if (complete && assembly == null) {
            onMessage(open, content);
            return;
        }
        assembly = new MessageAssembly(context.limits().maxMessageBytes());
        append(open, content, complete);
    }

    private void onContinuation(Session open, ContinuationWebSocketFrame more) {
        if (assembly == null) {
            open.close(CloseReason.PROTOCOL_ERROR);
        } else {
            append(open, more.content(), more.isFinalFragment());
        }
    }

    private void append(Session open, ByteBuf content, boolean complete) {
        MessageAssembly parts = assembly;
        if (parts == null || !parts.append(content)) {
            assembly = null;
            open.close(CloseReason.MESSAGE_TOO_BIG);
        } else if (complete) {
            assembly = null;
            onMessage(open, parts.content());
        }
    }

    private void onMessage(Session open, ByteBuf utf8) {
        if (!Utf8.isValid(utf8)) {
            open.close(CloseReason.INVALID_UTF8);
        } else if (open.onMessage()) {
            byte[] bytes = new byte[utf8.readableBytes()];
            utf8.getBytes(utf8.readerIndex(), bytes);
            Conversation.onMessage(context, open, bytes);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        ended = true;
        dropEarly();
        if (session != null) {
            session.onInactive();
        }
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (cause instanceof IOException) {
            ctx.close();
            return;
        }
        CloseReason reason = reasonOf(cause);
        if (reason == CloseReason.INTERNAL_ERROR) {
            LOG.atError().setCause(cause).log("connection failed");
        }
        if (session != null) {
            session.close(reason);
        } else if (!ended) {
            turnAway(ctx, reason);
        }
    }

    /** What the client has sent before it had a session decides already. */
    private void turnAway(ChannelHandlerContext ctx, CloseReason reason) {
        context.hub().shardOf(ctx.channel().eventLoop()).onRefused(Wire.WEBSOCKET, reason);
        onRefused(reason);
        ctx.channel().config().setAutoRead(true); // its close frame is still to be read
    }

    private static CloseReason reasonOf(Throwable cause) {
        if (cause instanceof CorruptedWebSocketFrameException corrupted) {
            return switch (corrupted.closeStatus().code()) {
                case 1007 -> CloseReason.INVALID_UTF8;
                case 1009 -> CloseReason.MESSAGE_TOO_BIG;
                default -> CloseReason.PROTOCOL_ERROR;
            };
        }
        if (cause instanceof TooLongFrameException) {
            return CloseReason.MESSAGE_TOO_BIG;
        }
        return cause instanceof DecoderException ? CloseReason.PROTOCOL_ERROR : CloseReason.INTERNAL_ERROR;
    }

    private void dropEarly() {
        if (early != null) {
            early.forEach(ReferenceCountUtil::release);
            early = null;
        }
    }
}
