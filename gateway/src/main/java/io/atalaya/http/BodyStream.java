package io.atalaya.http;

import io.netty.buffer.ByteBuf;
import io.netty.channel.Channel;
import io.netty.channel.ChannelHandlerContext;

/**
 * The open end of an answer whose body goes on until one side closes the connection. Thread-safe: writes from other
 * threads are handed to the connection's event loop in their order.
 */
public final class BodyStream {
    private final ChannelHandlerContext ctx;

    BodyStream(ChannelHandlerContext ctx) {
        this.ctx = ctx;
    }

    /** Whether the reader keeps up; what is written while it does not waits in memory. */
    public boolean isWritable() {
        return ctx.channel().isWritable();
    }

    /** Sends the next part of the body; takes ownership of it. A failure closes the connection. */
    public void write(ByteBuf part) {
        ctx.writeAndFlush(part).addListener(written -> {
            if (!written.isSuccess()) {
                ctx.close();
            }
        });
    }

    /** Ends the body at once; what the reader has not taken is lost. */
    public void close() {
        ctx.close();
    }

    /** Calls {@code task} on the event loop when the connection is gone, at once when it is already. */
    public void onClosed(Runnable task) {
        Channel channel = ctx.channel();
        channel.closeFuture().addListener(_ -> task.run());
    }
}
