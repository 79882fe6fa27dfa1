package io.atalaya.hub;

import io.netty.channel.AbstractChannel;
import io.netty.channel.ChannelConfig;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelMetadata;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.ChannelPromise;
import io.netty.channel.DefaultChannelConfig;
import io.netty.channel.EventLoop;
import java.net.SocketAddress;

/**
 * A connection whose socket takes every byte at once and does nothing with it: what is left is our own and Netty's cost
 * of a write. Confined to its event loop.
 */
final class SinkChannel extends AbstractChannel {
    private static final ChannelMetadata METADATA = new ChannelMetadata(false);
    private static final SocketAddress NOWHERE = new SocketAddress() {
        private static final long serialVersionUID = 1L;
    };

    private final ChannelConfig config = new DefaultChannelConfig(this);
    private boolean open = true;

    private SinkChannel() {
        super(null);
    }

    /** A registered channel's context to write from. */
    static ChannelHandlerContext on(EventLoop loop) {
        var channel = new SinkChannel();
        channel.pipeline().addLast(new ChannelInboundHandlerAdapter());
        loop.register(channel);
        return channel.pipeline().firstContext();
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) {
        while (in.remove()) {
            // taken
        }
    }

    @Override
    protected AbstractUnsafe newUnsafe() {
        return new AbstractUnsafe() {
            @Override
            public void connect(SocketAddress remote, SocketAddress local, ChannelPromise promise) {
                promise.setFailure(new UnsupportedOperationException("connect"));
            }
        };
    }

    @Override
    protected boolean isCompatible(EventLoop loop) {
        return true;
    }

    @Override
    protected SocketAddress localAddress0() {
        return NOWHERE;
    }

    @Override
    protected SocketAddress remoteAddress0() {
        return NOWHERE;
    }

    @Override
    protected void doBind(SocketAddress localAddress) {}

    @Override
    protected void doDisconnect() {}

    @Override
    protected void doClose() {
        open = false;
    }

    @Override
    protected void doBeginRead() {}

    @Override
    public ChannelConfig config() {
        return config;
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    @Override
    public boolean isActive() {
        return open;
    }

    @Override
    public ChannelMetadata metadata() {
        return METADATA;
    }
}
