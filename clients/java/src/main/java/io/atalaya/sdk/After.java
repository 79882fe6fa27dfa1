package io.atalaya.sdk;

/** What a client does after a connection has ended. */
public enum After {
    /** Tries again with the usual pauses. */
    RETRY,
    /** The gateway is full or cannot decide now: tries again, but not at once. */
    LATER,
    /** The token was refused: tries once more with a fresh one, if one can be had. */
    NEW_TOKEN,
    /** Gives up: the same attempt would get the same answer. */
    STOP;

    /** The client itself gives up a connection that does not answer with this close code. */
    public static final int HEARTBEAT_LOST = 4000;

    /** @param code close code of a WebSocket (RFC 6455 section 7.4) or of the gateway */
    public static After close(int code) {
        return switch (code) {
            case 1013 -> LATER;
            case 4001 -> NEW_TOKEN;
            case 4003, 4029 -> STOP;
            default -> RETRY;
        };
    }

    /** The close code that stands for an HTTP answer to a handshake: in front of a full or stopping server it asks for patience. */
    static int codeOfStatus(int status) {
        return status == 429 || status == 503 ? 1013 : 1006;
    }
}
