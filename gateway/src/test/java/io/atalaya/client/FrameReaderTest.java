package io.atalaya.client;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class FrameReaderTest {
    private static final int LIMIT = 100_000;

    private final Heard heard = new Heard();
    private final FrameReader reader = new FrameReader(heard, LIMIT);

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 125, 126, 65_535, 65_536})
    void aTextOfAnyLengthIsReadWhole(int length) {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, 0x81, "x".repeat(length).getBytes(StandardCharsets.UTF_8));

        reader.read(wire);

        assertThat(heard.events).containsExactly("text " + "x".repeat(length));
    }

    @Test
    void aFrameSplitAnywhereIsReadOnceItIsComplete() {
        ByteBuf whole = Unpooled.buffer();
        frame(whole, 0x81, "{\"type\":\"A\"}".getBytes(StandardCharsets.UTF_8));
        frame(whole, 0x89, new byte[] {1, 2});
        frame(whole, 0x81, "é".getBytes(StandardCharsets.UTF_8));
        for (int cut = 0; cut <= whole.readableBytes(); cut++) {
            var split = new Heard();
            var splitReader = new FrameReader(split, LIMIT);
            ByteBuf wire = Unpooled.buffer().writeBytes(whole, 0, cut);

            splitReader.read(wire);
            wire.writeBytes(whole, cut, whole.readableBytes() - cut);
            splitReader.read(wire);

            assertThat(split.events).as("cut at %d", cut).containsExactly("text {\"type\":\"A\"}", "ping 2", "text é");
        }
    }

    @Test
    void fragmentsBecomeOneMessageEvenAroundAPing() {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, 0x01, "one ".getBytes(StandardCharsets.UTF_8));
        frame(wire, 0x89, new byte[0]);
        frame(wire, 0x00, "two ".getBytes(StandardCharsets.UTF_8));
        frame(wire, 0x80, "three".getBytes(StandardCharsets.UTF_8));

        reader.read(wire);

        assertThat(heard.events).containsExactly("ping 0", "text one two three");
    }

    @Test
    void randomMessagesInRandomFragmentsAndChunksArriveUnchanged() {
        long seed = new Random().nextLong();
        var random = new Random(seed);
        ByteBuf whole = Unpooled.buffer();
        var expected = new ArrayList<String>();
        for (int i = 0; i < 200; i++) {
            String message = "m" + i + "-" + "y".repeat(random.nextInt(400));
            expected.add("text " + message);
            fragments(whole, message.getBytes(StandardCharsets.UTF_8), random);
        }

        ByteBuf wire = Unpooled.buffer();
        while (whole.isReadable()) {
            wire.writeBytes(whole, Math.min(whole.readableBytes(), 1 + random.nextInt(500)));
            reader.read(wire);
            wire.discardReadBytes();
        }

        assertThat(heard.events).as("seed %d", seed).isEqualTo(expected);
    }

    @Test
    void aCloseFrameSaysItsCodeAndReasonAndNothingIsReadAfterIt() {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, 0x88, new byte[] {0x0F, (byte) 0xA1, 'b', 'y', 'e'});
        frame(wire, 0x81, "late".getBytes(StandardCharsets.UTF_8));

        reader.read(wire);

        assertThat(heard.events).containsExactly("close 4001 bye");
        assertThat(wire.isReadable()).isFalse();
    }

    @Test
    void aCloseFrameWithoutACodeIsCode1005() {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, 0x88, new byte[0]);

        reader.read(wire);

        assertThat(heard.events).containsExactly("close 1005 ");
    }

    @Test
    void whatAServerMustNotSendIsAViolation() {
        assertThat(violationOf(Unpooled.buffer().writeBytes(new byte[] {(byte) 0xC1, 0})))
                .startsWith("violation 1002");
        assertThat(violationOf(Unpooled.buffer().writeBytes(new byte[] {(byte) 0x81, (byte) 0x80, 0, 0, 0, 0})))
                .startsWith("violation 1002");
        assertThat(violationOf(framed(0x82, new byte[1]))).startsWith("violation 1003");
        assertThat(violationOf(framed(0x80, new byte[1]))).startsWith("violation 1002");
        assertThat(violationOf(framed(0x83, new byte[1]))).startsWith("violation 1002");
        assertThat(violationOf(framed(0x88, new byte[] {0, 1}))).startsWith("violation 1002");
    }

    @Test
    void aMessageThatIsTooLongIsRefusedBeforeItIsBuffered() {
        ByteBuf header = Unpooled.buffer().writeByte(0x81).writeByte(127).writeLong(LIMIT + 1L);

        reader.read(header);

        assertThat(heard.events).singleElement().asString().startsWith("violation 1009");
    }

    @Test
    void fragmentsThatAddUpToTooMuchAreRefused() {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, 0x01, new byte[LIMIT]);
        frame(wire, 0x80, new byte[1]);

        reader.read(wire);

        assertThat(heard.events).singleElement().asString().startsWith("violation 1009");
        reader.release();
    }

    private static String violationOf(ByteBuf wire) {
        var heard = new Heard();
        new FrameReader(heard, LIMIT).read(wire);
        return String.join("; ", heard.events);
    }

    private static ByteBuf framed(int first, byte[] payload) {
        ByteBuf wire = Unpooled.buffer();
        frame(wire, first, payload);
        return wire;
    }

    private static void fragments(ByteBuf wire, byte[] message, Random random) {
        int at = 0;
        boolean begun = false;
        while (true) {
            int length = random.nextInt(message.length - at + 1);
            boolean last = at + length == message.length;
            byte[] part = new byte[length];
            System.arraycopy(message, at, part, 0, length);
            frame(wire, (last ? 0x80 : 0) | (begun ? 0 : 1), part);
            at += length;
            begun = true;
            if (last) {
                return;
            }
        }
    }

    private static void frame(ByteBuf wire, int first, byte[] payload) {
        wire.writeByte(first);
        if (payload.length < 126) {
            wire.writeByte(payload.length);
        } else if (payload.length <= 0xFFFF) {
            wire.writeByte(126).writeShort(payload.length);
        } else {
            wire.writeByte(127).writeLong(payload.length);
        }
        wire.writeBytes(payload);
    }

    private static final class Heard implements FrameReader.Sink {
        private final List<String> events = new ArrayList<>();

        @Override
        public void onText(Received text) {
            events.add("text " + text.text());
        }

        @Override
        public void onPing(byte[] payload) {
            events.add("ping " + payload.length);
        }

        @Override
        public void onClose(CloseCode code, String reason) {
            events.add("close " + code + " " + reason);
        }

        @Override
        public void onViolation(CloseCode code, String what) {
            events.add("violation " + code + " " + what);
        }
    }
}
