package io.atalaya.http;

import io.netty.channel.ChannelPipeline;
import io.netty.handler.codec.http.HttpDecoderConfig;
import io.netty.handler.codec.http.HttpMessage;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpRequestDecoder;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLongArray;
import java.util.function.LongSupplier;

/**
 * One HTTP port: what its connections have in common, and the handlers that make a channel one of them. Thread-safe:
 * immutable but for concurrent collections and counters.
 */
public final class HttpPipeline {
    /** Name of the handler that reads requests. */
    public static final String DECODER = "http-decoder";

    /** Name of the handler that routes, answers and times out. */
    public static final String CONNECTION = "http-connection";

    /** Stands for the route of a request that none serves. */
    public static final String NO_ENDPOINT = "_other";

    private static final int LARGEST_CHUNK_BYTES = 64 * 1024;

    private final HttpOptions options;
    private final Routes routes;
    private final UpgradeHandler upgrades;
    private final LongSupplier nanoClock;
    private final AnswerListener listener;
    private final ResponseEncoder encoder;
    private final RequestBody.Budget bodyBudget;
    private final AtomicLongArray answersByStatus = new AtomicLongArray(600);
    private final Set<HttpConnection> connections = ConcurrentHashMap.newKeySet();
    private final CompletableFuture<Void> stopped = new CompletableFuture<>();
    private volatile boolean stopping;

    /** Hears of every answer, on the event loop of its connection. Thread-safe; never blocks. */
    @FunctionalInterface
    public interface AnswerListener {
        /**
         * A request was answered.
         *
         * @param endpoint the path of its route; {@link #NO_ENDPOINT} where there is none
         * @param nanos from its last byte to the answer's first
         */
        void onAnswered(String endpoint, String method, int status, long nanos);
    }

    /**
     * @param clock for the Date field
     * @param nanoClock monotonic, for time-outs and durations
     */
    public HttpPipeline(
            HttpOptions options,
            Routes routes,
            UpgradeHandler upgrades,
            InstantSource clock,
            LongSupplier nanoClock,
            AnswerListener listener) {
        this.options = options;
        this.routes = routes;
        this.upgrades = upgrades;
        this.nanoClock = nanoClock;
        this.listener = listener;
        this.encoder = new ResponseEncoder(clock);
        this.bodyBudget = new RequestBody.Budget(options.maxBufferedBodyBytes());
    }

    /**
     * Makes a channel an HTTP connection of this port. There is no encoder: answers are written as bytes by the
     * handler named {@link #CONNECTION}.
     */
    public void install(ChannelPipeline pipeline) {
        pipeline.addLast(DECODER, new StrictRequestDecoder(options));
        pipeline.addLast(CONNECTION, new HttpConnection(this));
    }

    /**
     * Removes the HTTP handlers after an upgrade. Bytes that the client sent behind its request go to the handlers
     * that stand behind them.
     */
    public static void detach(ChannelPipeline pipeline) {
        pipeline.remove(CONNECTION);
        pipeline.remove(DECODER);
    }

    /**
     * Stops gracefully: idle connections close now, the others after the answer to what they have sent.
     *
     * @param grace after so long the rest is closed
     * @return completes when no connection is left
     */
    public CompletionStage<Void> stop(Duration grace) {
        stopping = true;
        connections.forEach(HttpConnection::stop);
        completeIfStopped();
        return stopped.copy()
                .completeOnTimeout(null, grace.toNanos(), TimeUnit.NANOSECONDS)
                .thenRun(() -> connections.forEach(HttpConnection::close));
    }

    /** Answers sent so far, by status. */
    public Map<Integer, Long> answersByStatus() {
        var counts = new TreeMap<Integer, Long>();
        for (int status = 0; status < answersByStatus.length(); status++) {
            long count = answersByStatus.get(status);
            if (count > 0) {
                counts.put(status, count);
            }
        }
        return counts;
    }

    /** Open connections that speak HTTP; upgraded ones do not count. */
    public int connections() {
        return connections.size();
    }

    /** Bytes of request bodies held at this moment. */
    public long bufferedBodyBytes() {
        return bodyBudget.reservedBytes();
    }

    HttpOptions options() {
        return options;
    }

    Routes routes() {
        return routes;
    }

    UpgradeHandler upgrades() {
        return upgrades;
    }

    ResponseEncoder encoder() {
        return encoder;
    }

    RequestBody.Budget bodyBudget() {
        return bodyBudget;
    }

    long nanoTime() {
        return nanoClock.getAsLong();
    }

    boolean isStopping() {
        return stopping;
    }

    void onOpened(HttpConnection connection) {
        connections.add(connection);
        if (stopping) {
            connection.stop();
        }
    }

    void onGone(HttpConnection connection) {
        connections.remove(connection);
        completeIfStopped();
    }

    void onAnswered(String endpoint, HttpMethod method, int status, long nanos) {
        count(status);
        listener.onAnswered(endpoint, method.name(), status, nanos);
    }

    /** An answer was sent, be it by whoever took the connection over; how long that took is not asked for. */
    void count(int status) {
        answersByStatus.incrementAndGet(status);
    }

    private void completeIfStopped() {
        if (stopping && connections.isEmpty()) {
            stopped.complete(null);
        }
    }

    /** Refuses what two parties could read differently (RFC 9112 section 6.3). Confined to the event loop. */
    private static final class StrictRequestDecoder extends HttpRequestDecoder {
        StrictRequestDecoder(HttpOptions options) {
            super(new HttpDecoderConfig()
                    .setMaxInitialLineLength(options.maxRequestLineBytes())
                    .setMaxHeaderSize(options.maxHeaderBytes())
                    .setMaxChunkSize(LARGEST_CHUNK_BYTES));
        }

        @Override
        protected void handleTransferEncodingChunkedWithContentLength(HttpMessage message) {
            throw new IllegalArgumentException("both Content-Length and Transfer-Encoding (expected: one of them)");
        }
    }
}
