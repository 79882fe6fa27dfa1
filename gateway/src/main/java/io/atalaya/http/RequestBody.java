package io.atalaya.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Collects the body of one request. Confined to the connection's event loop. Memory follows the bytes that really
 * came, never the length that was announced, and is reserved from a budget that all connections share.
 */
final class RequestBody {
    private static final int FIRST_BYTES = 16 * 1024;
    private static final byte[] NOTHING = {};

    private final Budget budget;
    private final int maxBytes;
    private final int announcedBytes;
    private byte[] bytes = NOTHING;
    private int length;

    /** @param announcedBytes the Content-Length; −1 when the body is chunked */
    RequestBody(Budget budget, int maxBytes, int announcedBytes) {
        this.budget = budget;
        this.maxBytes = maxBytes;
        this.announcedBytes = announcedBytes;
    }

    /** Appends what came; the buffer stays the caller's. */
    Growth append(ByteBuf content) {
        int more = content.readableBytes();
        if (more > maxBytes - length) {
            return Growth.TOO_LONG;
        }
        if (more > bytes.length - length && !grow(length + more)) {
            return Growth.NO_MEMORY;
        }
        content.readBytes(bytes, length, more);
        length += more;
        return Growth.FITS;
    }

    /** The whole body. */
    byte[] toBytes() {
        return length == bytes.length ? bytes : Arrays.copyOf(bytes, length);
    }

    int maxBytes() {
        return maxBytes;
    }

    int length() {
        return length;
    }

    /** Bytes to give back to the budget when the request has been answered. */
    int reservedBytes() {
        return bytes.length;
    }

    private boolean grow(int needed) {
        int wished = Math.max(needed, bytes.length == 0 ? FIRST_BYTES : Math.min(2 * bytes.length, maxBytes));
        int capacity = announcedBytes >= needed ? Math.min(wished, announcedBytes) : Math.min(wished, maxBytes);
        if (!budget.reserve(capacity - bytes.length)) {
            return false;
        }
        bytes = Arrays.copyOf(bytes, capacity);
        return true;
    }

    /** What became of the bytes that came. */
    enum Growth {
        FITS,
        TOO_LONG,
        NO_MEMORY
    }

    /** The memory that all bodies of a port share. Thread-safe: one atomic counter. */
    static final class Budget {
        private final long maxBytes;
        private final AtomicLong reserved = new AtomicLong();

        Budget(long maxBytes) {
            this.maxBytes = maxBytes;
        }

        boolean reserve(int bytes) {
            if (reserved.addAndGet(bytes) <= maxBytes) {
                return true;
            }
            reserved.addAndGet(-bytes);
            return false;
        }

        void release(int bytes) {
            if (bytes > 0) {
                reserved.addAndGet(-bytes);
            }
        }

        long reservedBytes() {
            return reserved.get();
        }
    }
}
