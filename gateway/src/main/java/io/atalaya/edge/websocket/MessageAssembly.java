package io.atalaya.edge.websocket;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;

/** The fragments of one message (RFC 6455 section 5.4), on the heap. Confined to the connection's event loop. */
final class MessageAssembly {
    private final int maxBytes;
    private final ByteBuf content;

    MessageAssembly(int maxBytes) {
        this.maxBytes = maxBytes;
        this.content = Unpooled.buffer(256);
    }

    /** Adds a fragment; false when the message becomes longer than allowed. */
    boolean append(ByteBuf fragment) {
        if (content.readableBytes() + fragment.readableBytes() > maxBytes) {
            return false;
        }
        content.writeBytes(fragment, fragment.readerIndex(), fragment.readableBytes());
        return true;
    }

    /** What has been added so far. On the heap and unpooled, so that nobody has to release it. */
    ByteBuf content() {
        return content;
    }
}
