package io.atalaya.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFuture;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;

/** A listening port. Thread-safe: immutable once bound. */
public final class EdgeServer implements AutoCloseable {
    private static final int BACKLOG = 4096;

    private final Channel listening;

    private EdgeServer(Channel listening) {
        this.listening = listening;
    }

    /**
     * Binds and starts to accept.
     *
     * @param port 0 takes a free one
     * @throws IllegalStateException when it cannot; the message says why
     */
    public static EdgeServer bind(
            EventLoopGroup loops,
            Class<? extends ServerChannel> channelType,
            String host,
            int port,
            ChannelInitializer<Channel> connections) {
        var bootstrap = new ServerBootstrap()
                .group(loops)
                .channel(channelType)
                .option(ChannelOption.SO_BACKLOG, BACKLOG)
                .option(ChannelOption.SO_REUSEADDR, true)
                .childOption(ChannelOption.TCP_NODELAY, true)
                .childHandler(connections);
        ChannelFuture bound = bootstrap.bind(host, port).awaitUninterruptibly();
        if (!bound.isSuccess()) {
            // not rethrown as it is: it may be a checked exception that nobody declares
            throw new IllegalStateException(reason(bound.cause()), bound.cause());
        }
        return new EdgeServer(bound.channel());
    }

    private static String reason(@Nullable Throwable cause) {
        return cause == null || cause.getMessage() == null ? String.valueOf(cause) : cause.getMessage();
    }

    /** The port that is bound. */
    public int port() {
        return ((InetSocketAddress) listening.localAddress()).getPort();
    }

    /** Stops accepting; open connections go on. */
    @Override
    public void close() {
        listening.close().syncUninterruptibly();
    }
}
