package io.atalaya.edge;

import io.netty.bootstrap.ServerBootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelInitializer;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.ServerChannel;
import java.net.InetSocketAddress;

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
        return new EdgeServer(bootstrap.bind(host, port).syncUninterruptibly().channel());
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
