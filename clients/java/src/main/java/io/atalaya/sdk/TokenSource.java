package io.atalaya.sdk;

/** Gives the token for an attempt to connect; called on the thread of the handlers, so it may block. */
@FunctionalInterface
public interface TokenSource {
    /**
     * @param refused whether the token before was refused, so that a cached one will not do
     * @throws Exception when there is none now; the client tries again later
     */
    String token(boolean refused) throws Exception;

    /** Always the same token: when it is refused, the client stops. */
    static TokenSource fixed(String token) {
        return new Fixed(token);
    }

    /** A token that cannot be renewed. Immutable. */
    record Fixed(String token) implements TokenSource {
        @Override
        public String token(boolean refused) {
            return token;
        }

        @Override
        public String toString() {
            return "Fixed[token]";
        }
    }
}
