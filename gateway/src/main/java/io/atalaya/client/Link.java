package io.atalaya.client;

import io.netty.buffer.ByteBuf;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.netty.handler.codec.ByteToMessageDecoder;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * One open WebSocket: frames in and out, heartbeat, closing handshake (RFC 6455 section 7). Confined to the
 * connection's event loop. Tells its owner of exactly one end.
 */
final class Link extends ByteToMessageDecoder implements FrameReader.Sink {
    private static final String PING = "{\"type\":\"ping\"}";
    private static final byte[] PONG = "{\"type\":\"pong\"}".getBytes(StandardCharsets.US_ASCII);
    /** How long the other side may take to answer a close frame. */
    private static final long CLOSE_TIMEOUT_MILLIS = 2_000;

    private final Owner owner;
    private final ClientOptions options;
    private final RandomGenerator random;
    private final FrameReader frames;
    private @Nullable ChannelHandlerContext context;
    private @Nullable Heartbeat heartbeat;
    private End end = new End.Broken("the connection broke");
    private boolean closing;
    private boolean told;

    Link(Owner owner, ClientOptions options, RandomGenerator random) {
        this.owner = owner;
        this.options = options;
        this.random = random;
        this.frames = new FrameReader(this, options.maxMessageBytes());
    }

    /** Whoever wants to know what becomes of the link. */
    interface Owner {
        void onOpen(Link link);

        void onText(Received text);

        void onPong();

        void onEnd(End end);
    }

    /** How a link ended. */
    sealed interface End {
        record Closed(CloseCode code, String reason) implements End {}

        record Broken(String what) implements End {}
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
    }

    void onOpen() {
        var ctx = opened();
        heartbeat = new Heartbeat(
                ctx.executor(),
                options.pingInterval(),
                options.pongTimeout(),
                () -> send(PING),
                () -> close(CloseCode.HEARTBEAT_TIMEOUT, "Heartbeat timeout"));
        heartbeat.start();
        owner.onOpen(this);
    }

    void onNeverOpened(String what) {
        end = new End.Broken(what);
        tell();
    }

    void send(String text) {
        var ctx = opened();
        if (!closing) {
            ctx.writeAndFlush(ClientFrames.text(ctx.alloc(), text, random.nextInt()), ctx.voidPromise());
        }
    }

    /** Starts the closing handshake; the end follows when it is answered, or soon after. */
    void close(CloseCode code, String reason) {
        var ctx = opened();
        if (closing) {
            return;
        }
        closing = true;
        end = new End.Closed(code, reason);
        ctx.writeAndFlush(ClientFrames.close(ctx.alloc(), code, reason, random.nextInt()));
        ctx.executor().schedule(() -> ctx.close(), CLOSE_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS);
    }

    @Override
    protected void decode(ChannelHandlerContext ctx, ByteBuf in, List<Object> out) {
        frames.read(in);
    }

    @Override
    public void onText(Received text) {
        if (!text.is(PONG)) {
            owner.onText(text);
            return;
        }
        if (heartbeat != null) {
            heartbeat.onPong();
        }
        owner.onPong();
    }

    @Override
    public void onPing(byte[] payload) {
        var ctx = opened();
        ctx.writeAndFlush(ClientFrames.pong(ctx.alloc(), payload, random.nextInt()), ctx.voidPromise());
    }

    @Override
    public void onClose(CloseCode code, String reason) {
        var ctx = opened();
        if (closing) {
            ctx.close();
            return;
        }
        end = new End.Closed(code, reason);
        answerAndCut(code.equals(CloseCode.NO_STATUS) ? CloseCode.NORMAL : code);
    }

    @Override
    public void onViolation(CloseCode code, String what) {
        end = new End.Broken(what);
        answerAndCut(code);
    }

    private void answerAndCut(CloseCode code) {
        var ctx = opened();
        closing = true;
        ctx.writeAndFlush(ClientFrames.close(ctx.alloc(), code, "", random.nextInt()))
                .addListener(ChannelFutureListener.CLOSE);
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) throws Exception {
        super.channelInactive(ctx);
        tell();
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        if (!closing) {
            end = new End.Broken(String.valueOf(cause.getMessage()));
        }
        ctx.close();
    }

    @Override
    protected void handlerRemoved0(ChannelHandlerContext ctx) {
        frames.release();
    }

    private void tell() {
        if (heartbeat != null) {
            heartbeat.stop();
        }
        frames.release();
        if (!told) {
            told = true;
            owner.onEnd(end);
        }
    }

    private ChannelHandlerContext opened() {
        if (context == null) {
            throw new IllegalStateException("link used before the handshake");
        }
        return context;
    }
}
