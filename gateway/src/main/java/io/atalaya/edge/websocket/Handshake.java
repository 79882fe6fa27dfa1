package io.atalaya.edge.websocket;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpHeaderValues;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequest;
import io.netty.handler.codec.http.HttpVersion;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Base64;
import org.jspecify.annotations.Nullable;

/** The opening handshake of the server (RFC 6455 section 4.2). Stateless. */
final class Handshake {
    private static final String GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
    private static final int KEY_LENGTH = 24;
    private static final String VERSION = "13";

    /** What a 426 must say (RFC 9110 section 15.5.22). */
    private static final String UPGRADE = "connection: upgrade\r\nupgrade: websocket\r\n";

    private Handshake() {}

    /** The answer to a handshake. */
    sealed interface Answer {
        /** The upgrade is accepted; {@code response} is the whole 101. */
        record Accepted(String response) implements Answer {}

        /** The request is no WebSocket handshake that we speak; {@code response} says so and the connection closes. */
        record Refused(int status, String response) implements Answer {}
    }

    /** Checks the request's form. What it asks for is checked after the upgrade, where a close code can say more. */
    static Answer answer(HttpRequest request) {
        var headers = request.headers();
        String key = headers.get(HttpHeaderNames.SEC_WEBSOCKET_KEY);
        if (!request.method().equals(HttpMethod.GET)
                || !request.protocolVersion().equals(HttpVersion.HTTP_1_1)) {
            return refused(400, "Bad Request", "", "expected: GET with HTTP/1.1");
        }
        if (!headers.containsValue(HttpHeaderNames.UPGRADE, HttpHeaderValues.WEBSOCKET, true)) {
            return refused(426, "Upgrade Required", UPGRADE, "Upgrade: expected websocket");
        }
        if (!headers.containsValue(HttpHeaderNames.CONNECTION, HttpHeaderValues.UPGRADE, true)) {
            return refused(400, "Bad Request", "", "Connection: expected Upgrade");
        }
        if (!VERSION.equals(headers.get(HttpHeaderNames.SEC_WEBSOCKET_VERSION))) {
            return refused(
                    426,
                    "Upgrade Required",
                    UPGRADE + "sec-websocket-version: 13\r\n",
                    "Sec-WebSocket-Version: expected 13");
        }
        if (!isKey(key)) {
            return refused(400, "Bad Request", "", "Sec-WebSocket-Key: expected 16 bytes in base64");
        }
        String response = "HTTP/1.1 101 Switching Protocols\r\nupgrade: websocket\r\nconnection: upgrade\r\n"
                + "sec-websocket-accept: " + accept(key) + "\r\n\r\n";
        return new Answer.Accepted(response);
    }

    private static boolean isKey(@Nullable String key) {
        if (key == null || key.length() != KEY_LENGTH) {
            return false;
        }
        try {
            return Base64.getDecoder().decode(key).length == 16;
        } catch (IllegalArgumentException _) {
            return false;
        }
    }

    private static String accept(@Nullable String key) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-1").digest((key + GUID).getBytes(US_ASCII));
            return Base64.getEncoder().encodeToString(digest);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every JDK has SHA-1", impossible);
        }
    }

    private static Answer refused(int status, String phrase, String header, String text) {
        String response = "HTTP/1.1 " + status + " " + phrase + "\r\ncontent-type: text/plain\r\nconnection: close\r\n"
                + header + "content-length: " + text.length() + "\r\n\r\n" + text;
        return new Answer.Refused(status, response);
    }
}
