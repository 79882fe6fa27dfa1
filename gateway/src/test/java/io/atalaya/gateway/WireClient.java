package io.atalaya.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A WebSocket client made of a plain socket, so that a test decides about every byte. Answers protocol pings by itself.
 * Confined to the test's thread.
 */
final class WireClient implements AutoCloseable {
    static final int TEXT = 0x1;
    static final int BINARY = 0x2;
    static final int CLOSE = 0x8;
    static final int PING = 0x9;
    static final int PONG = 0xA;
    private static final int PATIENCE_MILLIS = 10_000;
    private static final byte[] MASK = {0x11, 0x22, 0x33, 0x44};

    private final Socket socket;
    private final DataInputStream in;
    private final OutputStream out;

    /** One frame from the server. */
    record Frame(int opcode, String text, int closeCode) {}

    private WireClient(Socket socket) throws IOException {
        this.socket = socket;
        this.in = new DataInputStream(socket.getInputStream());
        this.out = socket.getOutputStream();
    }

    /** Connects and completes the handshake; {@code headers} are whole lines. */
    static WireClient connect(int port, String path, String... headers) {
        WireClient client = open(port);
        String answer = client.handshake(path, headers);
        if (!answer.startsWith("HTTP/1.1 101")) {
            throw new AssertionError("handshake answered: " + answer);
        }
        return client;
    }

    /** Connects only. */
    static WireClient open(int port) {
        return open(port, 0);
    }

    /** Connects only, with a small receive buffer when {@code receiveBytes} is not 0. */
    static WireClient open(int port, int receiveBytes) {
        try {
            var socket = new Socket();
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.connect(new java.net.InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.setTcpNoDelay(true);
            return new WireClient(socket);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Sends a handshake and returns the head of the answer. */
    String handshake(String path, String... headers) {
        return handshakeAnd(new byte[0], path, headers);
    }

    /** The same, with bytes that the server gets together with the handshake. */
    String handshakeAnd(byte[] following, String path, String... headers) {
        var request = new StringBuilder(
                "GET " + path + " HTTP/1.1\r\nHost: localhost\r\nUpgrade: websocket\r\n"
                        + "Connection: Upgrade\r\nSec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        byte[] head = request.append("\r\n").toString().getBytes(US_ASCII);
        sendRaw(ByteBuffer.allocate(head.length + following.length)
                .put(head)
                .put(following)
                .array());
        return readHead();
    }

    /** The head of an HTTP answer. */
    String readHead() {
        var head = new ByteArrayOutputStream();
        try {
            while (!head.toString(US_ASCII).endsWith("\r\n\r\n")) {
                head.write(in.readByte());
            }
            return head.toString(US_ASCII);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    void sendText(String text) {
        sendFrame(0x80 | TEXT, text.getBytes(UTF_8));
    }

    /** Sends a masked frame; {@code first} is the whole first byte. */
    void sendFrame(int first, byte[] payload) {
        sendRaw(frame(first, payload, true));
    }

    static byte[] frame(int first, byte[] payload, boolean masked) {
        var bytes = ByteBuffer.allocate(payload.length + 14);
        int maskBit = masked ? 0x80 : 0;
        bytes.put((byte) first);
        if (payload.length < 126) {
            bytes.put((byte) (maskBit | payload.length));
        } else if (payload.length <= 0xFFFF) {
            bytes.put((byte) (maskBit | 126)).putShort((short) payload.length);
        } else {
            bytes.put((byte) (maskBit | 127)).putLong(payload.length);
        }
        if (masked) {
            bytes.put(MASK);
        }
        for (int i = 0; i < payload.length; i++) {
            bytes.put((byte) (masked ? payload[i] ^ MASK[i % 4] : payload[i]));
        }
        byte[] sent = new byte[bytes.position()];
        bytes.flip().get(sent);
        return sent;
    }

    void sendRaw(byte[] bytes) {
        try {
            out.write(bytes);
            out.flush();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** The next frame that is no ping; pings are answered. */
    Frame read() {
        return poll(Duration.ofMillis(PATIENCE_MILLIS))
                .orElseThrow(() -> new AssertionError("no frame within " + PATIENCE_MILLIS + " ms"));
    }

    /** The next text; anything else is an error. */
    String readText() {
        Frame frame = read();
        if (frame.opcode() != TEXT) {
            throw new AssertionError("expected a text, got " + frame);
        }
        return frame.text();
    }

    /** Texts until the close frame, whose code is returned. */
    int readClose() {
        Frame frame = read();
        while (frame.opcode() != CLOSE) {
            frame = read();
        }
        return frame.closeCode();
    }

    /** Every text that comes until nothing comes for {@code quiet}. */
    List<String> drain(Duration quiet) {
        var texts = new ArrayList<String>();
        for (Optional<Frame> frame = poll(quiet); frame.isPresent(); frame = poll(quiet)) {
            if (frame.get().opcode() == TEXT) {
                texts.add(frame.get().text());
            }
        }
        return texts;
    }

    /** The next frame, if one begins within {@code patience}. */
    Optional<Frame> poll(Duration patience) {
        try {
            socket.setSoTimeout(Math.max(1, (int) patience.toMillis()));
            int first = in.readUnsignedByte();
            socket.setSoTimeout(PATIENCE_MILLIS);
            Frame frame = readRest(first & 0x0F);
            if (frame.opcode() == PING) {
                return poll(patience);
            }
            return Optional.of(frame);
        } catch (SocketTimeoutException _) {
            return Optional.empty();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private Frame readRest(int opcode) throws IOException {
        int length = in.readUnsignedByte();
        if (length == 126) {
            length = in.readUnsignedShort();
        } else if (length == 127) {
            length = (int) in.readLong();
        }
        byte[] payload = in.readNBytes(length);
        if (opcode == PING) {
            sendFrame(0x80 | PONG, payload);
        }
        boolean coded = opcode == CLOSE && length >= 2;
        int code = coded ? ByteBuffer.wrap(payload).getShort() & 0xFFFF : 0;
        return new Frame(opcode, new String(payload, coded ? 2 : 0, length - (coded ? 2 : 0), UTF_8), code);
    }

    /** Whether the server closes the connection, reading away what it still sends. */
    boolean isClosedByServer() {
        return isClosedByServer(Duration.ofMillis(PATIENCE_MILLIS));
    }

    boolean isClosedByServer(Duration patience) {
        try {
            socket.setSoTimeout((int) patience.toMillis());
            while (in.read() >= 0) {
                // what was on its way
            }
            return true;
        } catch (SocketTimeoutException _) {
            return false;
        } catch (IOException _) {
            return true;
        }
    }

    /** Drops the connection without a word: the server's next write fails. */
    void reset() {
        try {
            socket.setSoLinger(true, 0);
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
