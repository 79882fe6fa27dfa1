package io.atalaya.bench;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.HdrHistogram.Histogram;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * What was measured. Immutable but for the histograms, which nobody writes any more.
 *
 * @param elapsed the measured time
 * @param counts sums of events and deliveries
 * @param latency publish to receive, nanoseconds
 * @param connect dial to first pong, nanoseconds
 * @param server what the gateway used
 * @param clientCpu CPU time of this process in the measured time; near the elapsed time, the client was the limit
 * @param problems what went wrong, in words
 */
public record BenchReport(
        BenchOptions options,
        Duration elapsed,
        Counts counts,
        Histogram latency,
        Histogram connect,
        Server server,
        Duration clientCpu,
        List<String> problems) {
    private static final JsonMapper JSON = JsonMapper.builder().build();
    private static final double NANOS_PER_MICRO = 1e3;
    private static final double NANOS_PER_MILLI = 1e6;
    private static final double NANOS_PER_SECOND = 1e9;
    private static final double[] PERCENTILES = {50, 90, 95, 99, 99.9, 100};
    private static final long KIB = 1024;

    public BenchReport {
        problems = List.copyOf(problems);
    }

    /**
     * Sums.
     *
     * @param connected sessions that were let in
     * @param accepted events accepted, warm-up included
     * @param measured deliveries of events published in the measured time
     * @param expected deliveries that the accepted events must cause
     * @param received deliveries received, without repetitions
     */
    public record Counts(
            int connected,
            long accepted,
            long refused,
            long measured,
            long expected,
            long received,
            long repeated,
            long late,
            long foreign) {
        /** Deliveries that never came. */
        public long lost() {
            return Math.max(0, expected - received);
        }
    }

    /**
     * What the gateway's process used; all zero when it was not watched.
     *
     * @param connectCpu CPU time while the sessions were opened
     * @param cpu CPU time in the measured time
     * @param residentBefore before the first session
     * @param residentIdle with every session open, before the load
     * @param residentAfter after the load
     */
    public record Server(
            boolean watched,
            Duration connectCpu,
            Duration cpu,
            long residentBefore,
            long residentIdle,
            long residentAfter) {
        static Server unwatched() {
            return new Server(false, Duration.ZERO, Duration.ZERO, 0, 0, 0);
        }
    }

    /** Whether everything that was accepted was received once, by those it was meant for. */
    public boolean good() {
        return problems.isEmpty();
    }

    public double deliveriesPerSecond() {
        return counts.measured() * NANOS_PER_SECOND / Math.max(1, elapsed.toNanos());
    }

    private double perDeliveryMicros() {
        return server.cpu().toNanos() / NANOS_PER_MICRO / Math.max(1, counts.measured());
    }

    private double perConnectMicros() {
        return server.connectCpu().toNanos() / NANOS_PER_MICRO / Math.max(1, counts.connected());
    }

    private long residentPerSession() {
        return (server.residentIdle() - server.residentBefore()) / Math.max(1, counts.connected());
    }

    /** A table for people. */
    public String table() {
        var lines = new ArrayList<String>();
        lines.add("load        %s, %d bytes%s, %,d sessions in %,d audience(s)"
                .formatted(
                        options.closedLoop() ? "as fast as it goes, window " + options.window() : rate(),
                        options.size(),
                        options.batch() > 1 ? " in batches of " + options.batch() : "",
                        counts.connected(),
                        options.audiences()));
        lines.add("connect     " + percentiles(connect));
        lines.add("delivered   %,.0f/s, %,d measured in %.1f s"
                .formatted(deliveriesPerSecond(), counts.measured(), elapsed.toMillis() / 1e3));
        lines.add("latency     " + percentiles(latency));
        lines.add(
                "accounts    %,d events accepted, %,d refused; %,d of %,d deliveries, %d lost, %d repeated, %d late, %d foreign"
                        .formatted(
                                counts.accepted(),
                                counts.refused(),
                                counts.received(),
                                counts.expected(),
                                counts.lost(),
                                counts.repeated(),
                                counts.late(),
                                counts.foreign()));
        lines.add(server.watched() ? serverLine() : "server      not watched (give its process id with --pid)");
        lines.add("client      %.0f%% of a core".formatted(shareOfACore(clientCpu)));
        problems.forEach(problem -> lines.add("PROBLEM     " + problem));
        return String.join(System.lineSeparator(), lines);
    }

    private double shareOfACore(Duration cpu) {
        return 100.0 * cpu.toNanos() / Math.max(1, elapsed.toNanos());
    }

    private String rate() {
        return "%,.0f events/s".formatted(options.rate());
    }

    private String serverLine() {
        return "server      %.2f µs CPU a delivery (%.0f%% of a core), %.0f µs CPU a connect; RSS %,d MiB, %,d B a session"
                .formatted(
                        perDeliveryMicros(),
                        shareOfACore(server.cpu()),
                        perConnectMicros(),
                        server.residentAfter() / KIB / KIB,
                        residentPerSession());
    }

    private static String percentiles(Histogram nanos) {
        if (nanos.getTotalCount() == 0) {
            return "nothing measured";
        }
        var text = new ArrayList<String>();
        for (double percentile : PERCENTILES) {
            text.add(
                    "%s %.2f ms".formatted(name(percentile), nanos.getValueAtPercentile(percentile) / NANOS_PER_MILLI));
        }
        return String.join("  ", text);
    }

    private static String name(double percentile) {
        if (percentile == 100) {
            return "max";
        }
        boolean whole = percentile == Math.rint(percentile);
        return "p" + (whole ? Long.toString(Math.round(percentile)) : Double.toString(percentile));
    }

    /** One line of JSON for programs; times in the unit that the member's name ends with. */
    public String json() {
        ObjectNode json = JSON.createObjectNode();
        json.put("connections", options.connections())
                .put("audience", options.audience())
                .put("rate", options.rate())
                .put("window", options.window())
                .put("size", options.size())
                .put("batch", options.batch())
                .put("measured_s", elapsed.toMillis() / 1e3)
                .put("connected", counts.connected())
                .put("accepted", counts.accepted())
                .put("refused", counts.refused())
                .put("expected", counts.expected())
                .put("received", counts.received())
                .put("measured", counts.measured())
                .put("lost", counts.lost())
                .put("repeated", counts.repeated())
                .put("late", counts.late())
                .put("foreign", counts.foreign())
                .put("deliveries_per_s", deliveriesPerSecond())
                .put("client_cpu_s", clientCpu.toMillis() / 1e3);
        addPercentiles(json.putObject("latency_us"), latency);
        addPercentiles(json.putObject("connect_us"), connect);
        if (server.watched()) {
            json.putObject("server")
                    .put("cpu_us_per_delivery", perDeliveryMicros())
                    .put("cpu_us_per_connect", perConnectMicros())
                    .put("cpu_s", server.cpu().toMillis() / 1e3)
                    .put("rss_bytes", server.residentAfter())
                    .put("rss_bytes_per_session", residentPerSession());
        }
        problems.forEach(json.putArray("problems")::add);
        return json.toString();
    }

    private static void addPercentiles(ObjectNode json, Histogram nanos) {
        for (double percentile : PERCENTILES) {
            json.put(name(percentile), nanos.getValueAtPercentile(percentile) / NANOS_PER_MICRO);
        }
    }
}
