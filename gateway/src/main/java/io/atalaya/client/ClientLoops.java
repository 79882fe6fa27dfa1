package io.atalaya.client;

import io.netty.bootstrap.Bootstrap;
import io.netty.channel.Channel;
import io.netty.channel.ChannelOption;
import io.netty.channel.EventLoop;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.IoHandlerFactory;
import io.netty.channel.MultiThreadIoEventLoopGroup;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollIoHandler;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.nio.NioIoHandler;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.util.concurrent.DefaultThreadFactory;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/**
 * The few threads that every client connection of a process shares: epoll where the platform has it, NIO elsewhere.
 * Thread-safe.
 */
public final class ClientLoops implements AutoCloseable {
    private static final long SHUTDOWN_TIMEOUT_MILLIS = 3_000;

    private final EventLoopGroup group;
    private final Class<? extends Channel> channelType;
    private @Nullable SslContext tls;

    /** Starts the loops as daemon threads; each begins to run when its first connection is made. */
    public ClientLoops(int threads) {
        boolean epoll = Epoll.isAvailable();
        IoHandlerFactory transport = epoll ? EpollIoHandler.newFactory() : NioIoHandler.newFactory();
        group = new MultiThreadIoEventLoopGroup(threads, new DefaultThreadFactory("client", true), transport);
        channelType = epoll ? EpollSocketChannel.class : NioSocketChannel.class;
    }

    /** The TLS settings of the JDK's trust store; made on first use, since most connections need none. */
    public synchronized SslContext tls() {
        if (tls == null) {
            try {
                tls = SslContextBuilder.forClient().build();
            } catch (SSLException e) {
                throw new IllegalStateException("TLS is not available", e);
            }
        }
        return tls;
    }

    /** The loop that the next connection shall live on. */
    public EventLoop next() {
        return group.next();
    }

    /** A bootstrap whose channels live on {@code loop}; the caller adds the handler. */
    public Bootstrap bootstrap(EventLoop loop, Duration connectTimeout) {
        return new Bootstrap()
                .group(loop)
                .channel(channelType)
                .option(ChannelOption.TCP_NODELAY, true)
                .option(ChannelOption.CONNECT_TIMEOUT_MILLIS, (int) connectTimeout.toMillis());
    }

    /** Cuts every connection and stops the threads. */
    @Override
    public void close() {
        group.shutdownGracefully(0, 1, TimeUnit.SECONDS).awaitUninterruptibly(SHUTDOWN_TIMEOUT_MILLIS);
    }
}
