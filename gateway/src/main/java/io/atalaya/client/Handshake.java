package io.atalaya.client;

import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpRequest;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.ReferenceCountUtil;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * The opening handshake (RFC 6455 section 4.1): asks for the upgrade when the TCP connection stands and hands over to
 * the {@link Link} when it is granted. Confined to the connection's event loop; removes itself.
 */
final class Handshake extends ChannelInboundHandlerAdapter {
    private static final String KEY_SUFFIX = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";

    private final Subscription subscription;
    private final String requestTarget;
    private final long timeoutNanos;
    private final String key;
    private final Link link;
    private @Nullable Future<?> timer;
    private boolean granted;
    private String problem = "the gateway closed the connection during the handshake";

    /** @param requestTarget path and query to ask for */
    Handshake(Subscription subscription, String requestTarget, long timeoutNanos, RandomGenerator random, Link link) {
        this.subscription = subscription;
        this.requestTarget = requestTarget;
        this.timeoutNanos = timeoutNanos;
        this.link = link;
        byte[] nonce = new byte[16];
        random.nextBytes(nonce);
        key = Base64.getEncoder().encodeToString(nonce);
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        timer = ctx.executor().schedule(() -> fail(ctx, "no handshake in time"), timeoutNanos, TimeUnit.NANOSECONDS);
        ctx.writeAndFlush(request());
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        try {
            if (message instanceof HttpResponse response) {
                onResponse(ctx, response);
            }
            if (message instanceof LastHttpContent && granted) {
                handOver(ctx);
            }
        } finally {
            ReferenceCountUtil.release(message);
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        cancelTimer();
        link.onNeverOpened(problem);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        fail(ctx, String.valueOf(cause.getMessage()));
    }

    private FullHttpRequest request() {
        var request = new DefaultFullHttpRequest(HttpVersion.HTTP_1_1, HttpMethod.GET, requestTarget);
        request.headers()
                .set(HttpHeaderNames.HOST, subscription.authority())
                .set(HttpHeaderNames.UPGRADE, "websocket")
                .set(HttpHeaderNames.CONNECTION, "Upgrade")
                .set(HttpHeaderNames.SEC_WEBSOCKET_KEY, key)
                .set(HttpHeaderNames.SEC_WEBSOCKET_VERSION, "13");
        subscription.origin().ifPresent(origin -> request.headers().set(HttpHeaderNames.ORIGIN, origin));
        return request;
    }

    private void onResponse(ChannelHandlerContext ctx, HttpResponse response) {
        if (response.decoderResult().isFailure()) {
            fail(ctx, "the answer is not HTTP");
        } else if (!response.status().equals(HttpResponseStatus.SWITCHING_PROTOCOLS)) {
            fail(ctx, "HTTP %s (expected: 101 Switching Protocols)".formatted(response.status()));
        } else if (!accept(key).equals(response.headers().get(HttpHeaderNames.SEC_WEBSOCKET_ACCEPT))) {
            fail(ctx, "Sec-WebSocket-Accept does not answer our key");
        } else {
            granted = true;
        }
    }

    /** Order matters: bytes that the codec still holds are passed on when it goes, and the link must be there. */
    private void handOver(ChannelHandlerContext ctx) {
        cancelTimer();
        ctx.pipeline().addLast("link", link);
        ctx.pipeline().remove(this);
        link.onOpen();
        ctx.pipeline().remove(HttpClientCodec.class);
    }

    private void fail(ChannelHandlerContext ctx, String what) {
        problem = what;
        ctx.close();
    }

    private void cancelTimer() {
        if (timer != null) {
            timer.cancel(false);
        }
    }

    /** The answer that proves that the server read {@code key} (RFC 6455 section 4.2.2). */
    static String accept(String key) {
        try {
            byte[] digest =
                    MessageDigest.getInstance("SHA-1").digest((key + KEY_SUFFIX).getBytes(StandardCharsets.US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
