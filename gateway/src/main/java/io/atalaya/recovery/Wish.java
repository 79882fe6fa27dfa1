package io.atalaya.recovery;

import io.atalaya.ack.Recipient;
import java.util.function.UnaryOperator;

/**
 * What a client says about itself when it connects. Immutable.
 *
 * @param since where it wants to begin
 * @param clientId which of its principal's devices it is; empty when it does not say
 */
public record Wish(Since since, String clientId) {
    private static final String SINCE = "since";
    private static final String CLIENT_ID = "client_id";

    /** A client that says nothing. */
    public static final Wish NONE = new Wish(new Since.Unsaid(), "");

    /** The same, but from where {@code lastEventId} says, unless that is empty. */
    public Wish from(String lastEventId) {
        return lastEventId.isEmpty() ? this : new Wish(Since.parse(lastEventId), clientId);
    }

    /** Reads query parameters; a client id that cannot be one is the same as none. */
    public static Wish of(UnaryOperator<String> parameter) {
        String clientId = parameter.apply(CLIENT_ID);
        return new Wish(Since.parse(parameter.apply(SINCE)), Recipient.isClientId(clientId) ? clientId : "");
    }
}
