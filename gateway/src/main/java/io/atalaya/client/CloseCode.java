package io.atalaya.client;

/**
 * Why a WebSocket ended (RFC 6455 section 7.4), with what it means for the client. Immutable.
 *
 * @param value 1000 to 4999
 */
public record CloseCode(int value) {
    public static final CloseCode NORMAL = new CloseCode(1000);
    /** RFC 6455 section 7.1.5: the close frame carried no code. Never sent. */
    public static final CloseCode NO_STATUS = new CloseCode(1005);
    /** RFC 6455 section 7.1.5: no close frame was received. Never sent. */
    public static final CloseCode ABNORMAL = new CloseCode(1006);

    public static final CloseCode PROTOCOL_ERROR = new CloseCode(1002);
    public static final CloseCode TOO_LARGE = new CloseCode(1009);
    /** The client itself gave up waiting for a pong. */
    public static final CloseCode HEARTBEAT_TIMEOUT = new CloseCode(4000);

    public static final CloseCode AUTHENTICATION_FAILED = new CloseCode(4001);
    public static final CloseCode FORBIDDEN = new CloseCode(4003);
    public static final CloseCode RATE_LIMITED = new CloseCode(4029);

    public CloseCode {
        if (value < 1000 || value > 4999) {
            throw new IllegalArgumentException("close code: %d (expected: 1000 to 4999)".formatted(value));
        }
    }

    /** Whether coming back with the same credential can succeed; false for 4001, 4003 and 4029. */
    public boolean mayReturn() {
        return switch (value) {
            case 4001, 4003, 4029 -> false;
            default -> true;
        };
    }

    /** What the code says, in words, and what to do about it. */
    public String meaning() {
        return switch (value) {
            case 1000 -> "normal end";
            case 1001 -> "the gateway is going away, or the session was silent for too long; come back";
            case 1002 -> "the other side broke the WebSocket protocol";
            case 1003 -> "binary frames are not accepted; send text";
            case 1005 -> "ended without saying why";
            case 1006 -> "the connection broke without a closing handshake; come back";
            case 1007 -> "text that is not UTF-8";
            case 1008 -> "refused by policy";
            case 1009 -> "a message was too large; the limit is 64 KiB";
            case 1011 -> "the gateway failed; come back later";
            case 1012 -> "the gateway restarts; come back";
            case 1013 -> "the gateway is full or cannot check the credential right now; come back later";
            case 4000 -> "no pong came in time; the connection is dead, come back";
            case 4001 -> "the token is missing, wrong, expired or revoked; get a new one before coming back";
            case 4003 -> "role or origin not allowed here; coming back will not help";
            case 4029 -> "too many messages in a second; send less";
            default -> "code without a published meaning";
        };
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
