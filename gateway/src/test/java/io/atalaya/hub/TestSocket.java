package io.atalaya.hub;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.protocol.Wire;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelInboundHandlerAdapter;
import io.netty.channel.ChannelOutboundBuffer;
import io.netty.channel.embedded.EmbeddedChannel;
import io.netty.util.concurrent.Ticker;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client's socket that takes as many bytes as the test allows, fails when the test wants it to, and remembers what it
 * got and every buffer it was ever given. Confined to the thread that runs the shard.
 */
public sealed class TestSocket extends EmbeddedChannel permits NativeTestSocket {
    private static final int TEXT = 0x1;
    private static final int CLOSE = 0x8;

    private final ByteArrayOutputStream received = new ByteArrayOutputStream();
    private final List<Integer> writes = new ArrayList<>();
    private final List<ByteBuf> given = new ArrayList<>();
    private Wire wire = Wire.WEBSOCKET;
    private long budget = Long.MAX_VALUE;
    private boolean broken;

    /** One server frame as the client reads it. */
    record Frame(int opcode, ByteBuf payload) {}

    TestSocket(Ticker ticker) {
        super(EmbeddedChannel.builder().ticker(ticker).handlers(new Client()));
    }

    /** What the edge does for a session, as far as the hub can see. */
    private static final class Client extends ChannelInboundHandlerAdapter {
        private @Nullable Session session;

        @Override
        public void channelInactive(ChannelHandlerContext ctx) {
            if (session != null) {
                session.onInactive();
            }
        }

        @Override
        public void exceptionCaught(ChannelHandlerContext ctx, Throwable cause) {
            assertThat(cause).isInstanceOf(IOException.class);
            ctx.close();
        }
    }

    public ChannelHandlerContext context() {
        return pipeline().context(Client.class);
    }

    void onJoined(Session session) {
        pipeline().get(Client.class).session = session;
        wire = session.wire();
    }

    /** From now on the socket takes {@code bytes} more and then no further. */
    public void acceptOnly(long bytes) {
        budget = bytes;
        flush();
    }

    public void acceptEverything() {
        acceptOnly(Long.MAX_VALUE);
    }

    /** The peer is gone: the next write fails. */
    public void breakDown() {
        broken = true;
    }

    /** The peer is gone and the transport has noticed. */
    public void reset() {
        unsafe().close(voidPromise());
    }

    @Override
    protected Object filterOutboundMessage(Object message) {
        given.add((ByteBuf) message);
        return message;
    }

    @Override
    protected void doWrite(ChannelOutboundBuffer in) throws IOException {
        if (broken) {
            throw new IOException("broken pipe");
        }
        for (var bytes = (ByteBuf) in.current(); bytes != null; bytes = (ByteBuf) in.current()) {
            int taken = (int) Math.min(bytes.readableBytes(), budget);
            if (taken == 0 && bytes.isReadable()) {
                return;
            }
            take(bytes, taken);
            if (taken == 0) {
                in.remove();
            } else {
                in.removeBytes(taken);
            }
        }
    }

    /** What the socket takes of bytes that come past the outbound buffer. */
    int takeDirectly(ByteBuf bytes) throws IOException {
        assertThat(isOpen()).as("open").isTrue();
        assertThat(unsafe().outboundBuffer().isEmpty())
                .as("nothing waits before them")
                .isTrue();
        if (broken) {
            throw new IOException("broken pipe");
        }
        int taken = (int) Math.min(bytes.readableBytes(), budget);
        take(bytes, taken);
        return taken;
    }

    private void take(ByteBuf bytes, int taken) throws IOException {
        if (taken > 0) {
            bytes.getBytes(bytes.readerIndex(), received, taken);
            writes.add(taken);
            budget -= budget == Long.MAX_VALUE ? 0 : taken;
        }
    }

    /** Sizes of the buffers that the socket took bytes from, in order. */
    public List<Integer> writes() {
        return writes;
    }

    public int receivedBytes() {
        return received.size();
    }

    /** Texts of the text frames, or data of the messages, that arrived whole. */
    public List<String> texts() {
        return switch (wire) {
            case WEBSOCKET -> webSocketTexts();
            case SSE ->
                blocks().stream()
                        .filter(block -> !block.startsWith("event: ") && !block.startsWith(":"))
                        .map(block -> block.substring(block.indexOf("data: ") + 6))
                        .toList();
        };
    }

    /** What a stream brought, in the pieces that blank lines make of it; the last is not there before it is whole. */
    List<String> blocks() {
        String text = received.toString(UTF_8);
        int end = text.lastIndexOf("\n\n");
        return end < 0 ? List.of() : List.of(text.substring(0, end).split("\n\n"));
    }

    private List<String> webSocketTexts() {
        return frames().stream()
                .filter(frame -> frame.opcode() == TEXT)
                .map(frame -> frame.payload().toString(UTF_8))
                .toList();
    }

    /** {@code 1013 Reading too slowly} of the close frame, or empty. */
    public String closeFrame() {
        return wire == Wire.SSE ? closeEvent() : webSocketClose();
    }

    private String closeEvent() {
        return blocks().stream()
                .filter(block -> block.startsWith("event: close\n"))
                .findFirst()
                .map(block -> block.replaceAll("(?s).*\"code\":(\\d+),\"reason\":\"(.*)\"}", "$1 $2"))
                .orElse("");
    }

    private String webSocketClose() {
        return frames().stream()
                .filter(frame -> frame.opcode() == CLOSE)
                .map(frame -> {
                    ByteBuf payload = frame.payload().duplicate();
                    return payload.isReadable()
                            ? payload.readUnsignedShort() + " " + payload.toString(UTF_8)
                            : "without code";
                })
                .findFirst()
                .orElse("");
    }

    /** Every frame that arrived whole. */
    List<Frame> frames() {
        var frames = new ArrayList<Frame>();
        ByteBuf bytes = Unpooled.wrappedBuffer(received.toByteArray());
        while (bytes.readableBytes() >= 2) {
            int first = bytes.readUnsignedByte();
            assertThat(first & 0xF0).as("FIN alone").isEqualTo(0x80);
            long length = readLength(bytes);
            if (length < 0 || bytes.readableBytes() < length) {
                break;
            }
            frames.add(new Frame(first & 0xF, bytes.readSlice((int) length)));
        }
        return frames;
    }

    /** The payload's length, or -1 when the header has not arrived whole. */
    private static long readLength(ByteBuf bytes) {
        int length = bytes.readUnsignedByte();
        return switch (length) {
            case 126 -> bytes.readableBytes() < 2 ? -1 : bytes.readUnsignedShort();
            case 127 -> bytes.readableBytes() < 8 ? -1 : bytes.readLong();
            default -> length;
        };
    }

    /** Whether every buffer that was ever written to the socket has been given back. */
    void assertReleased() {
        assertThat(given)
                .allSatisfy(buffer ->
                        assertThat(isEmptyBuffer(buffer) ? 0 : buffer.refCnt()).isZero());
    }

    @SuppressWarnings("ReferenceEquality") // the shared empty buffer is never released
    private static boolean isEmptyBuffer(ByteBuf buffer) {
        return buffer == Unpooled.EMPTY_BUFFER;
    }
}
