package io.atalaya.client.publish;

import io.atalaya.client.ClientLoops;
import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.channel.SimpleChannelInboundHandler;
import io.netty.handler.codec.http.DefaultFullHttpRequest;
import io.netty.handler.codec.http.FullHttpResponse;
import io.netty.handler.codec.http.HttpClientCodec;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpObjectAggregator;
import io.netty.handler.codec.http.HttpUtil;
import io.netty.handler.codec.http.HttpVersion;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** One kept-alive connection with at most one request under way. Confined to its publisher's event loop. */
final class PublishLane extends SimpleChannelInboundHandler<FullHttpResponse> {
    private static final int MAX_ANSWER_BYTES = 8 << 20;
    private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(10);

    private final Publisher owner;
    private final PublishTarget target;
    private final ClientLoops loops;
    private final EventLoop loop;
    private @Nullable Channel channel;
    private Publisher.@Nullable Request current;
    private @Nullable Future<?> timer;

    PublishLane(Publisher owner, PublishTarget target, ClientLoops loops, EventLoop loop) {
        this.owner = owner;
        this.target = target;
        this.loops = loops;
        this.loop = loop;
    }

    void connect() {
        loops.bootstrap(loop, CONNECT_TIMEOUT)
                .handler(pipeline())
                .connect(target.uri().getHost(), target.port())
                .addListener(done -> {
                    if (!done.isSuccess()) {
                        Throwable cause = done.cause();
                        owner.onUnreachable(cause == null ? "not connected" : String.valueOf(cause.getMessage()));
                    }
                });
    }

    private ChannelInitializer<Channel> pipeline() {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                if (target.secure()) {
                    ch.pipeline()
                            .addLast(
                                    "tls",
                                    loops.tls()
                                            .newHandler(ch.alloc(), target.uri().getHost(), target.port()));
                }
                ch.pipeline().addLast("http", new HttpClientCodec());
                ch.pipeline().addLast("whole-answer", new HttpObjectAggregator(MAX_ANSWER_BYTES));
                ch.pipeline().addLast("lane", PublishLane.this);
            }
        };
    }

    void send(Publisher.Request request) {
        Channel open = channel;
        if (open == null) {
            throw new IllegalStateException("lane used before it was connected");
        }
        current = request;
        timer = loop.schedule(
                () -> abandon("no answer within " + target.timeout().toSeconds() + " s"),
                target.timeout().toNanos(),
                TimeUnit.NANOSECONDS);
        open.writeAndFlush(http(request.body())).addListener(done -> {
            if (!done.isSuccess()) {
                open.close();
            }
        });
    }

    void close() {
        if (channel != null) {
            channel.close();
        }
    }

    private DefaultFullHttpRequest http(PublishBody body) {
        var request = new DefaultFullHttpRequest(
                HttpVersion.HTTP_1_1, HttpMethod.POST, target.uri().getRawPath(), Unpooled.wrappedBuffer(body.bytes()));
        request.headers()
                .set(HttpHeaderNames.HOST, target.uri().getHost() + ":" + target.port())
                .set(HttpHeaderNames.AUTHORIZATION, "Bearer " + target.apiKey())
                .set(HttpHeaderNames.CONTENT_TYPE, body.contentType())
                .set(HttpHeaderNames.ACCEPT, "application/json, application/problem+json")
                .setInt(HttpHeaderNames.CONTENT_LENGTH, body.length());
        return request;
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        channel = ctx.channel();
        owner.onIdle(this);
    }

    @Override
    protected void channelRead0(ChannelHandlerContext ctx, FullHttpResponse response) {
        boolean keepAlive = HttpUtil.isKeepAlive(response);
        answer(PublishAnswers.read(response));
        if (keepAlive) {
            owner.onIdle(this);
        } else {
            ctx.close();
        }
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        answer(new PublishOutcome.Unanswered("the connection was closed before the answer"));
        owner.onLaneClosed(this);
    }

    @Override
    public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
        abandon(String.valueOf(cause.getMessage()));
    }

    private void abandon(String what) {
        answer(new PublishOutcome.Unanswered(what));
        close();
    }

    private void answer(PublishOutcome outcome) {
        if (timer != null) {
            timer.cancel(false);
            timer = null;
        }
        Publisher.Request answered = current;
        current = null;
        if (answered != null) {
            answered.outcome().complete(outcome);
        }
    }
}
