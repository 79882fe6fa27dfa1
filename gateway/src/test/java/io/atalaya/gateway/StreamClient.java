package io.atalaya.gateway;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A reader of an event stream made of a plain socket. Confined to the test's thread. */
final class StreamClient implements AutoCloseable {
    private static final int PATIENCE_MILLIS = 10_000;

    private final Socket socket;
    private final InputStream in;
    private final String head;
    private String lastEventId = "";

    /**
     * One event.
     *
     * @param id of this event; empty when it has none
     */
    record Message(String event, String id, String data) {}

    private StreamClient(Socket socket, String request) throws IOException {
        this.socket = socket;
        this.in = new BufferedInputStream(socket.getInputStream());
        socket.getOutputStream().write(request.getBytes(US_ASCII));
        this.head = readHead();
    }

    /** Sends a request and reads the head of the answer; {@code headers} are whole lines. */
    static StreamClient get(int port, String path, String... headers) {
        return get(port, 0, path, headers);
    }

    /** The same, with a small receive buffer when {@code receiveBytes} is not 0. */
    static StreamClient get(int port, int receiveBytes, String path, String... headers) {
        var request =
                new StringBuilder("GET " + path + " HTTP/1.1\r\nHost: localhost\r\nAccept: text/event-stream\r\n");
        for (String header : headers) {
            request.append(header).append("\r\n");
        }
        try {
            var socket = new Socket();
            if (receiveBytes > 0) {
                socket.setReceiveBufferSize(receiveBytes);
            }
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), PATIENCE_MILLIS);
            socket.setSoTimeout(PATIENCE_MILLIS);
            return new StreamClient(socket, request.append("\r\n").toString());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String readHead() throws IOException {
        var bytes = new ByteArrayOutputStream();
        while (!bytes.toString(US_ASCII).endsWith("\r\n\r\n")) {
            int next = in.read();
            if (next < 0) {
                throw new IOException("end of stream in the head: " + bytes.toString(US_ASCII));
            }
            bytes.write(next);
        }
        return bytes.toString(US_ASCII);
    }

    int status() {
        return Integer.parseInt(head.substring("HTTP/1.1 ".length(), "HTTP/1.1 ".length() + 3));
    }

    /** The value of a header of the answer; empty when there is none. */
    String header(String name) {
        return head.lines()
                .filter(line -> line.regionMatches(true, 0, name + ":", 0, name.length() + 1))
                .map(line -> line.substring(name.length() + 1).strip())
                .findFirst()
                .orElse("");
    }

    /** What an EventSource would send when it comes back. */
    String lastEventId() {
        return lastEventId;
    }

    /** The next message; comments are passed over. */
    Message read() {
        return poll(Duration.ofMillis(PATIENCE_MILLIS))
                .orElseThrow(() -> new AssertionError("no message within " + PATIENCE_MILLIS + " ms"));
    }

    /** The data of the next message. */
    String readData() {
        Message message = read();
        if (!message.event().equals("message")) {
            throw new AssertionError("expected a message, got " + message);
        }
        return message.data();
    }

    /** Messages until the one that closes, whose code is returned; the connection ends with it. */
    int readClose() {
        Message message = read();
        while (!message.event().equals("close")) {
            message = read();
        }
        if (!isClosedByServer()) {
            throw new AssertionError("connection: open after " + message + " (expected: closed)");
        }
        return GatewayTester.json(message.data()).path("code").intValue();
    }

    /** The next message, if one begins within {@code patience}; an end of the stream is an error. */
    Optional<Message> poll(Duration patience) {
        while (true) {
            List<String> block = readBlock(patience);
            if (block.isEmpty()) {
                return Optional.empty();
            }
            Optional<Message> message = message(block);
            if (message.isPresent()) {
                return message;
            }
        }
    }

    /** The next comment or message as its lines; empty when none begins within {@code patience}. */
    List<String> readBlock(Duration patience) {
        try {
            socket.setSoTimeout(Math.max(1, (int) patience.toMillis()));
            int first = in.read();
            socket.setSoTimeout(PATIENCE_MILLIS);
            var lines = new ArrayList<String>();
            String line = readLine(first);
            while (!line.isEmpty()) {
                lines.add(line);
                line = readLine(in.read());
            }
            return lines;
        } catch (SocketTimeoutException _) {
            return List.of();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    private String readLine(int first) throws IOException {
        var line = new ByteArrayOutputStream();
        for (int next = first; next != '\n'; next = in.read()) {
            if (next < 0) {
                throw new IOException("end of stream");
            }
            line.write(next);
        }
        return line.toString(UTF_8);
    }

    private Optional<Message> message(List<String> block) {
        String event = "message";
        String id = "";
        String data = "";
        for (String line : block) {
            if (line.startsWith("id: ")) {
                id = line.substring(4);
                lastEventId = id;
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (!line.startsWith(":")) {
                throw new AssertionError("line: " + line);
            }
        }
        return data.isEmpty() ? Optional.empty() : Optional.of(new Message(event, id, data));
    }

    /** Everything up to the end of the connection. */
    String readRest() {
        try {
            return new String(in.readAllBytes(), UTF_8);
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Whether the server closes the connection, reading away what it still sends. */
    boolean isClosedByServer() {
        try {
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

    /** Drops the connection without a word. */
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
