package io.atalaya.demo.incident;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.Base64;

/**
 * A guest whose phone is let in and then reads nothing more: a bare socket, since any client library would read. Confined
 * to one thread.
 */
final class SlowPhone implements AutoCloseable {
    private static final int RECEIVE_BYTES = 4096;
    private static final int PATIENCE_MILLIS = (int) Duration.ofSeconds(10).toMillis();
    private static final int MOST_ANSWER_BYTES = 8192;
    private static final String PING = "{\"type\":\"ping\"}";
    private static final String PONG = "pong";
    private static final int FINAL_TEXT = 0x81;
    private static final int MASKED = 0x80;
    private static final int MASK_BYTES = 4;

    private final Socket socket;

    private SlowPhone(Socket socket) {
        this.socket = socket;
    }

    /**
     * Connects and waits until the session is subscribed.
     *
     * @throws IOException when it is not let in; the message says what was answered
     */
    static SlowPhone connect(URI uri) throws IOException {
        var socket = new Socket();
        try {
            // before the connection, so that the sender is told of a small window
            socket.setReceiveBufferSize(RECEIVE_BYTES);
            socket.setSoTimeout(PATIENCE_MILLIS);
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), uri.getPort()), PATIENCE_MILLIS);
            var phone = new SlowPhone(socket);
            phone.subscribe(uri);
            return phone;
        } catch (IOException failure) {
            socket.close();
            throw failure;
        }
    }

    private void subscribe(URI uri) throws IOException {
        byte[] key = new byte[16];
        var random = new SecureRandom();
        random.nextBytes(key);
        String request = "GET %s?%s HTTP/1.1\r\nHost: %s\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
                        .formatted(uri.getRawPath(), uri.getRawQuery(), uri.getRawAuthority())
                + "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: %s\r\n\r\n"
                        .formatted(Base64.getEncoder().encodeToString(key));
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        awaitText("\r\n\r\n");
        socket.getOutputStream().write(masked(random));
        awaitText(PONG);
    }

    /** One masked text frame (RFC 6455, section 5.2). */
    private static byte[] masked(SecureRandom random) {
        byte[] text = PING.getBytes(StandardCharsets.US_ASCII);
        byte[] mask = new byte[MASK_BYTES];
        random.nextBytes(mask);
        byte[] frame = new byte[2 + MASK_BYTES + text.length];
        frame[0] = (byte) FINAL_TEXT;
        frame[1] = (byte) (MASKED | text.length);
        System.arraycopy(mask, 0, frame, 2, MASK_BYTES);
        for (int i = 0; i < text.length; i++) {
            frame[2 + MASK_BYTES + i] = (byte) (text[i] ^ mask[i % MASK_BYTES]);
        }
        return frame;
    }

    private void awaitText(String wanted) throws IOException {
        var heard = new StringBuilder();
        InputStream in = socket.getInputStream();
        try {
            for (int octet = in.read(); octet >= 0 && heard.length() < MOST_ANSWER_BYTES; octet = in.read()) {
                heard.append((char) octet);
                if (heard.indexOf(wanted, Math.max(0, heard.length() - wanted.length())) >= 0) {
                    return;
                }
            }
        } catch (SocketTimeoutException _) {
            // what was heard until then says why
        }
        throw new IOException("the slow phone heard '%s' (expected: %s)"
                .formatted(heard.toString().replaceAll("\\P{Print}", "."), wanted.strip()));
    }

    @Override
    public void close() throws IOException {
        socket.close();
    }
}
