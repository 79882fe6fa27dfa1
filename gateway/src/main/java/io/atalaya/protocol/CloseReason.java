package io.atalaya.protocol;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * Why a WebSocket ends: the number and text that the client sees (RFC 6455 section 7.4) and what it should do next.
 * The catalogue is complete; nothing else closes a socket.
 */
public enum CloseReason {
    /** An operator ended the session. */
    DISCONNECTED(1000, "Disconnected by operator", Next.RECONNECT),
    /** The gateway is stopping. */
    SHUTDOWN(1001, "Server shutdown", Next.RECONNECT),
    /** The client sent no message within the heartbeat time-out. */
    HEARTBEAT_TIMEOUT(1001, "Heartbeat timeout", Next.RECONNECT),
    /** The client broke the WebSocket protocol. */
    PROTOCOL_ERROR(1002, "Protocol error", Next.RECONNECT),
    /** The client sent a binary message. */
    BINARY_MESSAGE(1003, "Text messages only", Next.RECONNECT),
    /** A text message is not valid UTF-8. */
    INVALID_UTF8(1007, "Invalid UTF-8", Next.RECONNECT),
    /** A message is longer than the limit. */
    MESSAGE_TOO_BIG(1009, "Message too large", Next.RECONNECT),
    /** Something broke inside the gateway; logged. */
    INTERNAL_ERROR(1011, "Internal error", Next.RECONNECT),
    /** The process has as many sessions as it may have. */
    CONNECTION_LIMIT(1013, "Connection limit reached", Next.RECONNECT_LATER),
    /** This user or table has as many sessions as it may have. */
    SESSION_LIMIT(1013, "Session limit reached", Next.RECONNECT_LATER),
    /** Too many connections arrive at once. */
    CONNECT_RATE(1013, "Too many new connections", Next.RECONNECT_LATER),
    /** The client reads too slowly for what it is sent. */
    SLOW_CONSUMER(1013, "Reading too slowly", Next.RECONNECT_LATER),
    /** Whether the credential is revoked could not be found out. */
    CANNOT_CHECK_REVOCATION(1013, "Cannot check the token now", Next.RECONNECT_LATER),
    /** Authentication took longer than the handshake time-out. */
    HANDSHAKE_TIMEOUT(1013, "Handshake timeout", Next.RECONNECT_LATER),
    /** The credential is missing or bad. */
    AUTHENTICATION_FAILED(4001, "Authentication failed", Next.STOP),
    /** The credential ended while the socket was open. */
    TOKEN_ENDED(4001, "Token expired or revoked", Next.STOP),
    /** The principal's role may not use this endpoint. */
    ROLE_NOT_ALLOWED(4003, "Access denied", Next.STOP),
    /** The Origin header is missing or not on the list. */
    ORIGIN_NOT_ALLOWED(4003, "Origin not allowed", Next.STOP),
    /** The client sent more messages than it may. */
    RATE_LIMITED(4029, "Rate limit exceeded", Next.STOP);

    /** What a client should do after a close. */
    public enum Next {
        /** Connect again with the usual backoff. */
        RECONNECT("come back"),
        /** Connect again, but not soon: the gateway is short of something. */
        RECONNECT_LATER("come back later"),
        /** Do not connect again with this credential or behaviour. */
        STOP("coming back with the same credential or behaviour will not help");

        private final String advice;

        Next(String advice) {
            this.advice = advice;
        }

        /** The same for people. */
        public String advice() {
            return advice;
        }
    }

    private final int code;
    private final String text;
    private final Next next;

    CloseReason(int code, String text, Next next) {
        this.code = code;
        this.text = text;
        this.next = next;
    }

    /** The reasons that have a code; none for a code that the gateway never sends. */
    public static List<CloseReason> withCode(int code) {
        return Arrays.stream(values()).filter(reason -> reason.code == code).toList();
    }

    /** The status code on the wire. */
    public int code() {
        return code;
    }

    /** The reason text on the wire; ASCII, well under the 123 bytes that a close frame has room for. */
    public String text() {
        return text;
    }

    public Next next() {
        return next;
    }

    /** The value of metric labels. */
    public String label() {
        return name().toLowerCase(Locale.ROOT);
    }
}
