package io.atalaya.client;

import io.atalaya.client.ReconnectPolicy.Next;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.EventLoop;
import io.netty.handler.codec.http.HttpClientCodec;
import java.util.concurrent.TimeUnit;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Dials, and dials again as the policy says. Confined to one event loop for life; the public methods may be called
 * from anywhere and hand over to it.
 *
 * <pre>
 *   dialling ──handshake──► open ──end──► waiting ──delay──► dialling
 *      └────────failure────────────────────►┘ └─policy says no, or closed by the caller─► ended
 * </pre>
 */
final class NettyConnection implements Connection, Link.Owner {
    private static final int MAX_INITIAL_LINE = 512;
    private static final int MAX_HEADERS = 4096;
    private static final int MAX_CHUNK = 4096;

    private final Subscription subscription;
    private final Listener listener;
    private final ClientLoops loops;
    private final ClientOptions options;
    private final RandomGenerator random;
    private final EventLoop loop;

    private volatile boolean open;
    private @Nullable Channel channel;
    private @Nullable Link link;
    private boolean ended;
    private int failedAttempts;
    private String cursor = "";

    NettyConnection(
            Subscription subscription,
            Listener listener,
            ClientLoops loops,
            ClientOptions options,
            RandomGenerator random) {
        this.subscription = subscription;
        this.listener = listener;
        this.loops = loops;
        this.options = options;
        this.random = random;
        this.loop = loops.next();
    }

    void start() {
        loop.execute(this::dial);
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public void send(String text) {
        loop.execute(() -> {
            if (link != null) {
                link.send(text);
            }
        });
    }

    @Override
    public void close() {
        loop.execute(() -> {
            ended = true;
            if (link != null) {
                link.close(CloseCode.NORMAL, "");
            } else if (channel != null) {
                channel.close();
            }
        });
    }

    private void dial() {
        if (ended) {
            return;
        }
        var next = new Link(this, options, random);
        ChannelFuture dialled = loops.bootstrap(loop, options.connectTimeout())
                .handler(pipeline(next))
                .connect(subscription.uri().getHost(), subscription.port());
        channel = dialled.channel();
        dialled.addListener(done -> {
            if (!done.isSuccess()) {
                Throwable cause = done.cause();
                next.onNeverOpened(cause == null ? "not connected" : String.valueOf(cause.getMessage()));
            }
        });
    }

    private ChannelInitializer<Channel> pipeline(Link next) {
        return new ChannelInitializer<>() {
            @Override
            protected void initChannel(Channel ch) {
                if (subscription.secure()) {
                    String host = subscription.uri().getHost();
                    ch.pipeline().addLast("tls", loops.tls().newHandler(ch.alloc(), host, subscription.port()));
                }
                ch.pipeline().addLast("http", new HttpClientCodec(MAX_INITIAL_LINE, MAX_HEADERS, MAX_CHUNK));
                ch.pipeline().addLast("handshake", handshake(next));
            }
        };
    }

    private Handshake handshake(Link next) {
        String target = subscription.requestTarget(subscription.resume() ? cursor : "");
        return new Handshake(subscription, target, options.connectTimeout().toNanos(), random, next);
    }

    @Override
    public void onOpen(Link opened) {
        link = opened;
        open = true;
        listener.onOpen(this);
        if (ended) {
            opened.close(CloseCode.NORMAL, "");
        }
    }

    @Override
    public void onText(Received text) {
        failedAttempts = 0;
        if (subscription.resume()) {
            String position = text.cursor();
            cursor = position.isEmpty() ? cursor : position;
        }
        listener.onEvent(this, text);
    }

    /** Only a sign of life starts the count again: a full gateway opens the socket and then closes it with 1013. */
    @Override
    public void onPong() {
        failedAttempts = 0;
        listener.onPong(this);
    }

    @Override
    public void onEnd(Link.End end) {
        open = false;
        link = null;
        channel = null;
        CloseCode code = end instanceof Link.End.Closed closed ? closed.code() : CloseCode.ABNORMAL;
        Next next = ended
                ? new Next.Ended("closed by the client")
                : options.reconnect().after(code, failedAttempts + 1, random);
        switch (next) {
            case Next.Retry retry -> {
                failedAttempts++;
                loop.schedule(this::dial, retry.delay().toNanos(), TimeUnit.NANOSECONDS);
            }
            case Next.Ended _ -> ended = true;
        }
        switch (end) {
            case Link.End.Closed closed -> listener.onClose(this, closed.code(), closed.reason(), next);
            case Link.End.Broken broken -> listener.onFailure(this, broken.what(), next);
        }
    }
}
