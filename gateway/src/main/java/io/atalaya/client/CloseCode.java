package io.atalaya.client;

import io.atalaya.protocol.CloseReason;
import java.util.List;
import java.util.stream.Collectors;

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
        return reasons().stream().noneMatch(reason -> reason.next() == CloseReason.Next.STOP);
    }

    /** What the code says, in words, and what to do about it. */
    public String meaning() {
        return switch (value) {
            case 1000 -> "normal end";
            case 1005 -> "ended without saying why";
            case 1006 -> "the connection broke without a closing handshake; come back";
            case 1008 -> "refused by policy";
            case 1012 -> "the gateway restarts; come back";
            case 4000 -> "no pong came in time; the connection is dead, come back";
            default -> {
                List<CloseReason> reasons = reasons();
                yield reasons.isEmpty()
                        ? "code without a published meaning"
                        : reasons.stream().map(CloseReason::text).collect(Collectors.joining(", or "))
                                + "; "
                                + reasons.getFirst().next().advice();
            }
        };
    }

    /** What a gateway means by it. */
    private List<CloseReason> reasons() {
        return CloseReason.withCode(value);
    }

    @Override
    public String toString() {
        return Integer.toString(value);
    }
}
