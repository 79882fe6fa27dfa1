package io.atalaya.sdk;

import java.net.URI;
import java.time.Duration;

/** One connection, as the client sees it. Used from the client's own thread only. */
interface Transport {
    /** Sends a text message. */
    void send(String text);

    /** Ends the connection; the listener hears of nothing but its end any more. */
    void close(int code, String reason);

    /** Hears of one connection, from any thread. */
    interface Listener {
        void onOpen();

        /** @param handled to be run when the message is dealt with; many that are not slow the sender down */
        void onText(String text, Runnable handled);

        /**
         * Called once, last.
         *
         * @param retryAfter how long the server wishes to be left alone; zero without a wish
         */
        void onEnd(int code, String reason, Duration retryAfter);
    }

    /** Makes connections. */
    interface Connector {
        Transport connect(URI address, Listener listener);
    }
}
