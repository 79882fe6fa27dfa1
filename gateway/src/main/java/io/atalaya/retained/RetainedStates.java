package io.atalaya.retained;

import io.atalaya.event.Cursor;
import io.atalaya.event.TenantId;
import io.atalaya.event.Topic;
import io.atalaya.log.EventLog;
import io.atalaya.profile.Endpoint.FirstMessage;
import io.atalaya.routing.EventRoutes;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Makes first messages out of the log. Thread-safe: a lock over the views, held for a look-up, and one a view, held while
 * the log is read. A view is kept and goes on where it stopped, so that the log is read through once a tenant and not once a
 * client; the tenants that were asked about longest ago are forgotten.
 */
public final class RetainedStates {
    private static final int MOST_VIEWS = 256;

    /** How far back a view begins, in offsets; other tenants' events count, too. */
    private static final long FIRST_REACH = 100_000;

    private final EventLog log;
    private final EventRoutes routes;
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final LinkedHashMap<Key, Kept> views = new LinkedHashMap<>(16, 0.75f, true);

    private record Key(TenantId tenant, FirstMessage message) {}

    private record Kept(ReentrantLock lock, RetainedView view) {}

    public RetainedStates(EventLog log, EventRoutes routes, InstantSource clock) {
        this.log = log;
        this.routes = routes;
        this.clock = clock;
    }

    /**
     * A first message. Immutable.
     *
     * @param json what the client is sent
     * @param position everything up to it is considered; live delivery begins behind it
     * @param looked how many events were read for it
     */
    public record State(String json, Cursor position, int looked) {}

    /**
     * The message for one session. May block.
     *
     * @param topics what the session is subscribed to: it is shown nothing else
     * @param maxBytes longest message; the oldest events of the longest sections are left out where it would be longer
     * @throws io.atalaya.log.LogException when the log cannot be read now
     */
    public State of(FirstMessage message, TenantId tenant, Set<Topic> topics, int maxBytes) {
        Kept kept = kept(new Key(tenant, message));
        kept.lock.lock();
        try {
            int looked = kept.view.catchUp(log);
            var json = new StateJson(message.type(), kept.view.chosen(topics, routes), kept.view.position());
            return new State(json.write(clock.millis(), maxBytes), kept.view.position(), looked);
        } finally {
            kept.lock.unlock();
        }
    }

    private Kept kept(Key key) {
        lock.lock();
        try {
            Kept known = views.get(key);
            if (known == null) {
                Cursor head = log.head(key.tenant());
                var start = new Cursor(head.epoch(), Math.max(0, head.offset() - FIRST_REACH));
                known = new Kept(new ReentrantLock(), new RetainedView(key.tenant(), key.message(), start));
                views.put(key, known);
                if (views.size() > MOST_VIEWS) {
                    Map.Entry<Key, Kept> eldest = views.firstEntry();
                    views.remove(eldest.getKey());
                }
            }
            return known;
        } finally {
            lock.unlock();
        }
    }
}
