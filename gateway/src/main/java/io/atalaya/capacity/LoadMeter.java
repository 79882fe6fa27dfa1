package io.atalaya.capacity;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;

/** Turns counts into rates over the last minute. Confined to one thread. */
final class LoadMeter {
    private static final Duration WINDOW = Duration.ofMinutes(1);

    private final Deque<Seen> seen = new ArrayDeque<>();

    private record Seen(Instant at, Load load) {}

    /** What is in use; without the rates until two looks have been made. */
    Map<Resource, Double> onLook(Instant at, Load load) {
        seen.addLast(new Seen(at, load));
        // the last one that is as old as the window stays: rates are over the whole of it
        while (seen.size() > 2 && !secondOldest().at().plus(WINDOW).isAfter(at)) {
            seen.removeFirst();
        }
        var use = new EnumMap<Resource, Double>(Resource.class);
        use.put(Resource.CONNECTIONS, (double) load.connections());
        Seen oldest = seen.getFirst();
        double seconds = Duration.between(oldest.at(), at).toMillis() / 1e3;
        if (seconds > 0) {
            use.put(Resource.DELIVERIES, (load.deliveries() - oldest.load().deliveries()) / seconds);
            use.put(Resource.EVENTS, (load.events() - oldest.load().events()) / seconds);
        }
        return use;
    }

    private Seen secondOldest() {
        var order = seen.iterator();
        order.next();
        return order.next();
    }
}
