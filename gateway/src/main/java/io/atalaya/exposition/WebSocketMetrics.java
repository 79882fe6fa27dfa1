package io.atalaya.exposition;

import io.atalaya.hub.ShardSnapshot;
import io.atalaya.hub.ShardSnapshot.Command;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Buckets;
import io.atalaya.metrics.Distributions;
import io.atalaya.metrics.Families;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.Series;
import io.prometheus.metrics.model.snapshots.MetricSnapshots;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.ToLongFunction;

/**
 * The vocabulary {@code websocket_*} of the agent platform's dashboards. A pure function of a sample. Times are in
 * milliseconds, as there; event types are those of the profile.
 */
final class WebSocketMetrics {
    private static final String EVENT_TYPE = "event_type";
    private static final Buckets EVENT_MILLIS = Buckets.milliseconds(1, 5, 10, 25, 50, 100, 250, 500, 1000, 2500);
    private static final Buckets HEARTBEAT_MILLIS = Buckets.milliseconds(1, 5, 10, 25, 50, 100, 250, 500, 1000);
    private static final Buckets STATE_MILLIS = Buckets.milliseconds(10, 25, 50, 100, 250, 500, 1000, 2500, 5000);

    private WebSocketMetrics() {}

    static MetricSnapshots of(Sample sample) {
        var hub = sample.hub();
        var lives = hub.lives();
        return new Families()
                .gauge("websocket_active_connections", "Open connections.", sample.sessions())
                .counter("websocket_connections_total", "Connections since the start.", hub.accepted())
                .counter("websocket_disconnections_total", "Connections that have ended since the start.", ended(hub))
                .histogram(
                        "websocket_connection_duration_seconds",
                        "How long the connections lasted that have ended.",
                        Buckets.LIFETIME_SECONDS,
                        Distributions.of(lives.lifetime()))
                .counter(
                        "websocket_events_emitted_total",
                        "Events accepted for delivery, once each, by type.",
                        Series.by(EVENT_TYPE, sample.intake().acceptedByType()))
                .counter(
                        "websocket_events_received_total",
                        "Commands received from clients, by name.",
                        commands(EVENT_TYPE, sample, Command::received))
                .counter(
                        "websocket_event_errors_total",
                        "Commands that could not be carried out, by name.",
                        commands(EVENT_TYPE, sample, Command::failed))
                .histogram(
                        "websocket_event_latency_milliseconds",
                        "From the event's acceptance until the socket has taken it, by type.",
                        EVENT_MILLIS,
                        latencies(sample))
                .histogram(
                        "websocket_heartbeat_rtt_milliseconds",
                        "From a protocol ping to its pong.",
                        HEARTBEAT_MILLIS,
                        Distributions.of(hub.roundTrip()))
                .histogram(
                        "websocket_initial_state_latency_milliseconds",
                        "From the connection until the client has got what it asked for first.",
                        STATE_MILLIS,
                        Distributions.of(lives.initialState()))
                .build();
    }

    /** Sessions that have ended, for whatever reason. */
    private static long ended(ShardSnapshot hub) {
        return hub.lives().lifetime().count();
    }

    static Series commands(String label, Sample sample, ToLongFunction<Command> count) {
        var counts = new TreeMap<String, Long>();
        commandsOf(sample).forEach((name, command) -> counts.put(name, count.applyAsLong(command)));
        return Series.by(label, counts);
    }

    /** What became of commands; those that can be expected are there. */
    static Map<String, Command> commandsOf(Sample sample) {
        var commands = new TreeMap<String, Command>();
        sample.known().commands().forEach(name -> commands.put(name, Command.NONE));
        commands.putAll(sample.hub().lives().commands());
        return commands;
    }

    private static Distributions latencies(Sample sample) {
        var byType = new TreeMap<String, Histogram.Snapshot>();
        sample.intake().acceptedByType().keySet().forEach(type -> byType.put(type, Histogram.Snapshot.empty()));
        byType.putAll(sample.hub().latencies());
        var all = Distributions.labelled(EVENT_TYPE);
        byType.forEach((type, latency) -> all.add(latency, List.of(), type));
        return all;
    }
}
