package io.atalaya.live;

import io.atalaya.hub.ShardSnapshot.Crowd;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Who is connected, by endpoint and by tenant. Immutable.
 *
 * @param nanos when it was gathered, on the monotonic clock
 */
record Crowds(long nanos, Map<String, Figures> byEndpoint, Map<String, Figures> byTenant) {
    static final Crowds NONE = new Crowds(0, Map.of(), Map.of());

    /**
     * Some sessions together.
     *
     * @param sent what was delivered to those that are open
     */
    record Figures(int sessions, long sent) {
        private Figures plus(Figures other) {
            return new Figures(sessions + other.sessions, sent + other.sent);
        }
    }

    static Crowds of(long nanos, List<Crowd> crowds) {
        var byEndpoint = new TreeMap<String, Figures>();
        var byTenant = new HashMap<String, Figures>();
        for (Crowd crowd : crowds) {
            var figures = new Figures(crowd.sessions(), crowd.sent());
            byEndpoint.merge(crowd.endpoint(), figures, Figures::plus);
            byTenant.merge(crowd.tenant().value(), figures, Figures::plus);
        }
        return new Crowds(nanos, byEndpoint, byTenant);
    }

    /** Deliveries a second since {@code earlier}; those of sessions that have ended meanwhile are not in it. */
    double rate(Figures now, Figures before, Crowds earlier) {
        double seconds = (nanos - earlier.nanos) / 1e9;
        return earlier.nanos == 0 || seconds <= 0 ? 0 : Math.max(0, now.sent() - before.sent()) / seconds;
    }
}
