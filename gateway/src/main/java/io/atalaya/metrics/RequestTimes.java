package io.atalaya.metrics;

import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How long the requests of one HTTP port take. Thread-safe by a concurrent map of {@link SharedHistogram}s.
 *
 * <p>Bounded: endpoints are those of the port's routes, methods those of the standard, and statuses are the program's own.
 */
public final class RequestTimes {
    private static final Set<String> METHODS = Set.of("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS");
    private static final Comparator<Request> ORDER = Comparator.comparing(Request::endpoint)
            .thenComparing(Request::method)
            .thenComparingInt(Request::status);

    private final ConcurrentHashMap<Request, SharedHistogram> histograms = new ConcurrentHashMap<>();

    /**
     * One kind of request with its answer. Immutable.
     *
     * @param endpoint the path of the route, not of the request; {@link LabelSet#OTHER} where there is none
     */
    public record Request(String endpoint, String method, int status) {}

    /** A kind of request and how long they took. Immutable. */
    public record Timed(Request request, Histogram.Snapshot times) {}

    /** Makes the series of a kind of request, at zero. */
    public void expect(String endpoint, String method, int status) {
        histograms.computeIfAbsent(new Request(endpoint, method, status), _ -> new SharedHistogram());
    }

    /** Records one request. */
    public void record(String endpoint, String method, int status, long nanos) {
        var request = new Request(endpoint, METHODS.contains(method) ? method : LabelSet.OTHER, status);
        SharedHistogram histogram = histograms.get(request);
        if (histogram == null) {
            histogram = histograms.computeIfAbsent(request, _ -> new SharedHistogram());
        }
        histogram.record(nanos);
    }

    /** What has been observed so far, in the order of the labels. */
    public List<Timed> snapshots() {
        return histograms.entrySet().stream()
                .map(entry -> new Timed(entry.getKey(), entry.getValue().snapshot()))
                .sorted(Comparator.comparing(Timed::request, ORDER))
                .toList();
    }
}
