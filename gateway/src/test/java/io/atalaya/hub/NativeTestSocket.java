package io.atalaya.hub;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.epoll.Epoll;
import io.netty.channel.epoll.EpollSocketChannel;
import io.netty.channel.unix.FileDescriptor;
import io.netty.channel.unix.Socket;
import io.netty.channel.unix.UnixChannel;
import io.netty.util.concurrent.Ticker;
import io.netty.util.internal.PlatformDependent;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket that also takes bytes past the outbound buffer, as those of native transports do. What comes
 * either way is one stream. Works where epoll is available. Confined to the thread that runs the shard.
 */
public final class NativeTestSocket extends TestSocket implements UnixChannel {
    private final List<Integer> directWrites = new ArrayList<>();
    private final EpollSocketChannel unconnected;
    private final Socket door;
    private @Nullable RuntimeException fault;

    NativeTestSocket(Ticker ticker) {
        super(ticker);
        Epoll.ensureAvailability();
        this.unconnected = new EpollSocketChannel();
        this.door = new Door(unconnected.fd().intValue());
    }

    /** Sizes of what was offered past the outbound buffer, in order. */
    List<Integer> directWrites() {
        return directWrites;
    }

    @Override
    public FileDescriptor fd() {
        return door;
    }

    /** What never happens: from now on every write past the outbound buffer fails like this. */
    void plant(RuntimeException planted) {
        fault = planted;
    }

    /** The transport has closed the descriptor, and nobody has been told yet. */
    void closeDescriptor() throws IOException {
        unconnected.fd().close();
    }

    @Override
    protected void doClose() throws Exception {
        unconnected.fd().close();
        super.doClose();
    }

    /** What stands for the descriptor: a real one, of an unconnected socket to which nothing is ever written. */
    private final class Door extends Socket {
        private Door(int descriptor) {
            super(descriptor);
        }

        @Override
        public boolean isOpen() {
            return unconnected.fd().isOpen();
        }

        @Override
        public int sendAddress(long memoryAddress, int start, int end) throws IOException {
            if (fault != null) {
                throw fault;
            }
            var copy = new byte[end - start];
            PlatformDependent.copyMemory(memoryAddress + start, copy, 0, copy.length);
            ByteBuf bytes = Unpooled.wrappedBuffer(copy);
            directWrites.add(copy.length);
            return takeDirectly(bytes);
        }
    }
}
