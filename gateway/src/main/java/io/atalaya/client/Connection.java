package io.atalaya.client;

import io.atalaya.client.ReconnectPolicy.Next;

/** One subscription of a client, across its reconnects. Thread-safe: calls are handed to the connection's event loop. */
public interface Connection {
    /** Sends a text message; silently nothing when the connection is not open. */
    void send(String text);

    /** Ends the connection with code 1000 and does not come back. Ending twice changes nothing. */
    void close();

    /** Whether the WebSocket is open at this moment. */
    boolean isOpen();

    /**
     * Hears of one connection. Every call comes from the connection's event loop and must not block; an exception thrown
     * here ends the connection.
     */
    interface Listener {
        /** The WebSocket handshake succeeded. A refused credential shows only after this, as a close code. */
        default void onOpen(Connection connection) {}

        /** A text message other than a pong came. */
        void onEvent(Connection connection, Received event);

        /** A pong came: whoever asked for it knows that the session is authenticated and subscribed. */
        default void onPong(Connection connection) {}

        /** The connection ended with a closing handshake, by either side. */
        default void onClose(Connection connection, CloseCode code, String reason, Next next) {}

        /** The connection could not be made, or broke without a closing handshake. */
        default void onFailure(Connection connection, String what, Next next) {}
    }
}
