package io.atalaya.sdk;

import java.net.URI;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** The connections that a client under test opens, in order; the test plays the gateway. Confined to its thread. */
final class FakeConnector implements Transport.Connector {
    final List<Connection> opened = new ArrayList<>();

    @Override
    public Transport connect(URI address, Transport.Listener listener) {
        var connection = new Connection(address, listener);
        opened.add(connection);
        return connection;
    }

    Connection latest() {
        return opened.get(opened.size() - 1);
    }

    /** One of them. */
    static final class Connection implements Transport {
        final List<String> sent = new ArrayList<>();
        private final URI address;
        private final Listener listener;
        private String closed = "";

        Connection(URI address, Listener listener) {
            this.address = address;
            this.listener = listener;
        }

        String query() {
            return address.getRawQuery();
        }

        String closed() {
            return closed;
        }

        void accept() {
            listener.onOpen();
        }

        void say(String text) {
            listener.onText(text, () -> {});
        }

        void end(int code, String reason) {
            end(code, reason, Duration.ZERO);
        }

        void end(int code, String reason, Duration retryAfter) {
            listener.onEnd(code, reason, retryAfter);
        }

        @Override
        public void send(String text) {
            sent.add(text);
        }

        @Override
        public void close(int code, String reason) {
            closed = code + " " + reason;
            listener.onEnd(code, reason, Duration.ZERO);
        }
    }
}
