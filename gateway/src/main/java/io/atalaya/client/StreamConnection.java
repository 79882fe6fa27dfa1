package io.atalaya.client;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.client.ReconnectPolicy.Next;
import io.netty.buffer.Unpooled;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.random.RandomGenerator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A subscription that is read as server-sent events (HTML standard, section 9.2), across its reconnects. Confined to a
 * virtual thread of its own, which calls the listener; the public methods may be called from anywhere.
 */
final class StreamConnection implements Connection {
    private static final Pattern CLOSE = Pattern.compile("\\{\"code\":([1-4]\\d{3}),\"reason\":\"(.*)\"}");

    private final Subscription subscription;
    private final Listener listener;
    private final ClientOptions options;
    private final RandomGenerator random;
    private final Thread thread = Thread.ofVirtual().unstarted(this::run);
    private volatile boolean closed;
    private volatile boolean open;
    private String lastEventId = "";
    private int failedAttempts;

    /** How one stream ended. */
    private record End(boolean inOrder, CloseCode code, String reason) {}

    StreamConnection(Subscription subscription, Listener listener, ClientOptions options, RandomGenerator random) {
        this.subscription = subscription;
        this.listener = listener;
        this.options = options;
        this.random = random;
    }

    void start() {
        thread.start();
    }

    /** An event stream goes one way. */
    @Override
    public void send(String text) {}

    @Override
    public void close() {
        closed = true;
        thread.interrupt();
    }

    @Override
    public boolean isOpen() {
        return open;
    }

    private void run() {
        try (var http =
                HttpClient.newBuilder().connectTimeout(options.connectTimeout()).build()) {
            boolean again = true;
            while (again) {
                again = onEnd(follow(http));
            }
            http.shutdownNow();
        } catch (InterruptedException _) {
            // closed by the caller
        }
    }

    /** Tells of an end and waits as long as the policy says; false when there is nothing to come back for. */
    private boolean onEnd(End end) throws InterruptedException {
        open = false;
        Next next = closed
                ? new Next.Ended("closed by the client")
                : options.reconnect().after(end.code(), ++failedAttempts, random);
        if (end.inOrder()) {
            listener.onClose(this, end.code(), end.reason(), next);
        } else {
            listener.onFailure(this, end.reason(), next);
        }
        if (next instanceof Next.Retry retry) {
            Thread.sleep(retry.delay());
            return true;
        }
        return false;
    }

    private End follow(HttpClient http) throws InterruptedException {
        try {
            HttpResponse<InputStream> answer = http.send(request(), HttpResponse.BodyHandlers.ofInputStream());
            try (InputStream body = answer.body()) {
                if (answer.statusCode() != 200) {
                    return refusal(answer.statusCode(), new String(body.readNBytes(options.maxMessageBytes()), UTF_8));
                }
                open = true;
                listener.onOpen(this);
                return read(new BufferedReader(new InputStreamReader(body, UTF_8)));
            }
        } catch (IOException failure) {
            return new End(false, CloseCode.ABNORMAL, String.valueOf(failure.getMessage()));
        }
    }

    private HttpRequest request() {
        String scheme = subscription.secure() ? "https://" : "http://";
        var request = HttpRequest.newBuilder(
                        URI.create(scheme + subscription.authority() + subscription.requestTarget("")))
                .header("Accept", "text/event-stream");
        subscription.origin().ifPresent(origin -> request.header("Origin", origin));
        if (subscription.resume() && !lastEventId.isEmpty()) {
            request.header("Last-Event-ID", lastEventId);
        }
        return request.build();
    }

    /** The close code that an answer stands for. */
    private static End refusal(int status, String problem) {
        String reason = "HTTP " + status + " " + problem;
        return switch (status) {
            case 401 -> new End(true, CloseCode.AUTHENTICATION_FAILED, reason);
            case 403 -> new End(true, CloseCode.FORBIDDEN, reason);
            default -> new End(false, CloseCode.ABNORMAL, reason);
        };
    }

    private End read(BufferedReader lines) throws IOException {
        String event = "";
        String data = "";
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            if (line.startsWith("id: ")) {
                lastEventId = line.substring(4);
            } else if (line.startsWith("event: ")) {
                event = line.substring(7);
            } else if (line.startsWith("data: ")) {
                data = line.substring(6);
            } else if (line.isEmpty() && event.equals("close")) {
                return closing(data);
            } else if (line.isEmpty() && !data.isEmpty()) {
                failedAttempts = 0;
                byte[] utf8 = data.getBytes(UTF_8);
                listener.onEvent(this, new Received(Unpooled.wrappedBuffer(utf8), 0, utf8.length));
                data = "";
            }
        }
        return new End(false, CloseCode.ABNORMAL, "the connection broke without a closing event");
    }

    private static End closing(String data) {
        Matcher close = CLOSE.matcher(data);
        return close.matches()
                ? new End(true, new CloseCode(Integer.parseInt(close.group(1))), close.group(2))
                : new End(false, CloseCode.ABNORMAL, "closed with " + data);
    }
}
