package io.atalaya.gateway;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** An HTTP client that sends what it is told, its Host field included. Confined to the test's thread. */
final class RawHttp implements AutoCloseable {
    private static final int TIMEOUT_MILLIS = 10_000;

    private final Socket socket = new Socket();
    private final InputStream in;

    RawHttp(int port) {
        try {
            socket.setReceiveBufferSize(4 * 1024);
            socket.connect(new InetSocketAddress("127.0.0.1", port), TIMEOUT_MILLIS);
            socket.setSoTimeout(TIMEOUT_MILLIS);
            in = new BufferedInputStream(socket.getInputStream());
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** One request on a connection of its own. */
    static Answer ask(int port, String method, String path, Map<String, String> headers, String body) {
        try (var client = new RawHttp(port)) {
            client.send(method, path, headers, body);
            return client.answer();
        }
    }

    void send(String method, String path, Map<String, String> headers, String body) {
        var all = new TreeMap<>(Map.of("host", "localhost"));
        if (!body.isEmpty()) {
            all.put("content-type", "application/json");
            all.put("content-length", Integer.toString(body.getBytes(StandardCharsets.UTF_8).length));
        }
        all.putAll(headers);
        var text = new StringBuilder(method + " " + path + " HTTP/1.1\r\n");
        all.forEach(
                (name, value) -> text.append(name).append(": ").append(value).append("\r\n"));
        try {
            socket.getOutputStream().write((text + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    /** Reads a complete answer. */
    Answer answer() {
        Head head = head();
        int length = Integer.parseInt(head.fields().getOrDefault("content-length", "0"));
        try {
            return new Answer(head.status(), head.fields(), new String(in.readNBytes(length), StandardCharsets.UTF_8));
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }

    Head head() {
        String[] first = line().split(" ", 3);
        var fields = new TreeMap<String, String>();
        for (String line = line(); !line.isEmpty(); line = line()) {
            int colon = line.indexOf(':');
            fields.put(
                    line.substring(0, colon).toLowerCase(Locale.ROOT),
                    line.substring(colon + 1).strip());
        }
        return new Head(Integer.parseInt(first[1]), fields);
    }

    /** The next line, without its end; of a stream too. */
    String line() {
        var line = new ByteArrayOutputStream();
        try {
            for (int b = in.read(); b != '\n'; b = in.read()) {
                if (b < 0) {
                    throw new UncheckedIOException(new IOException("the connection has ended after: " + line));
                }
                line.write(b);
            }
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
        return line.toString(StandardCharsets.UTF_8).replace("\r", "");
    }

    /** The data of the next event of that name. */
    String event(String name) {
        for (String line = line(); ; line = line()) {
            if (line.equals("event: " + name)) {
                return line().substring("data: ".length());
            }
        }
    }

    /** Whether the other side ends the connection; what it sends before is thrown away. */
    boolean ends() {
        try {
            while (in.read() >= 0) {
                // more of the stream
            }
            return true;
        } catch (IOException reset) {
            return !(reset instanceof SocketTimeoutException);
        }
    }

    record Head(int status, Map<String, String> fields) {}

    record Answer(int status, Map<String, String> headers, String body) {}

    @Override
    public void close() {
        try {
            socket.close();
        } catch (IOException failure) {
            throw new UncheckedIOException(failure);
        }
    }
}
