package io.atalaya.exposition;

import io.atalaya.http.Route;
import io.atalaya.management.Sample;
import io.atalaya.metrics.Histogram;
import io.atalaya.metrics.LabelSet;
import io.atalaya.metrics.RequestTimes;
import io.atalaya.metrics.Timings;
import io.atalaya.redis.CommandTimes;
import io.atalaya.timed.TimedArchive;
import io.atalaya.timed.TimedEventLog;
import io.netty.handler.codec.http.HttpMethod;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * Where it is recorded how long things take that are not deliveries. Immutable; made of thread-safe parts.
 *
 * @param database calls to the archive, look-ups of assignments, appends to an embedded log
 * @param redis commands
 * @param publicPort requests of clients and producers
 * @param managementPort requests of operators
 */
public record Stopwatches(Timings database, Timings redis, RequestTimes publicPort, RequestTimes managementPort) {
    /** The name of a look-up of assignments. */
    public static final String ASSIGNMENTS = "assignments";

    private static final int OK = 200;
    private static final int ACCEPTED = 202;

    /** @param nanoClock monotonic clock */
    public static Stopwatches of(LongSupplier nanoClock) {
        var operations = new ArrayList<>(TimedArchive.OPERATIONS);
        operations.addAll(List.of(ASSIGNMENTS, TimedEventLog.APPEND));
        return new Stopwatches(
                new Timings(LabelSet.of(operations), nanoClock),
                new Timings(CommandTimes.COMMANDS, nanoClock),
                new RequestTimes(),
                new RequestTimes());
    }

    /** The public port will serve these: their series begin at zero. */
    public void expect(List<Route> routes) {
        for (Route route : routes) {
            int usual = route.method().equals(HttpMethod.POST) ? ACCEPTED : OK;
            publicPort.expect(route.path(), route.method().name(), usual);
        }
    }

    /** What has been recorded so far. */
    public Sample.Times times() {
        var requests = new TreeMap<String, List<RequestTimes.Timed>>();
        requests.put("public", publicPort.snapshots());
        requests.put("management", managementPort.snapshots());
        return new Sample.Times(requests, known(database), known(redis));
    }

    /** Nothing is called {@link LabelSet#OTHER} unless it happened. */
    private static Map<String, Histogram.Snapshot> known(Timings timings) {
        var snapshots = new TreeMap<>(timings.snapshots());
        snapshots.computeIfPresent(LabelSet.OTHER, (_, other) -> other.count() == 0 ? null : other);
        return snapshots;
    }
}
