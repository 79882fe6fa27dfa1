package io.atalaya.log;

import io.atalaya.event.Event;
import io.atalaya.event.TenantId;
import java.util.ArrayList;
import java.util.List;

/** The contract of a log as plain lists, without bounds on its own size. Confined to the test's thread. */
final class ModelLog {
    private final LogConfig config;
    private final List<Event> events = new ArrayList<>();
    private final List<Long> times = new ArrayList<>();
    private int forgotten;

    ModelLog(LogConfig config) {
        this.config = config;
    }

    List<Long> append(Event[] batch, long nowMillis) {
        var offsets = new ArrayList<Long>();
        for (Event event : batch) {
            int earlier = earlier(event, nowMillis);
            if (earlier < 0) {
                events.add(event);
                times.add(nowMillis);
            }
            offsets.add(earlier < 0 ? events.size() : earlier + 1L);
        }
        while (forgotten < events.size() && isSurplus(nowMillis)) {
            forgotten++;
        }
        return offsets;
    }

    private int earlier(Event event, long nowMillis) {
        for (int i = events.size() - 1; i >= 0; i--) {
            if (nowMillis - times.get(i) < config.dedupeWindow().toMillis()
                    && events.get(i).tenant().equals(event.tenant())
                    && events.get(i).id().equals(event.id())) {
                return i;
            }
        }
        return -1;
    }

    private boolean isSurplus(long nowMillis) {
        List<Event> kept = events.subList(forgotten, events.size());
        long bytes =
                kept.stream().mapToLong(event -> event.body().open().length).sum();
        return kept.size() > config.maxEvents()
                || bytes > config.maxBytes()
                || nowMillis - times.get(forgotten) >= config.maxAge().toMillis();
    }

    int size() {
        return events.size();
    }

    int forgotten() {
        return forgotten;
    }

    List<String> after(long offset, TenantId tenant) {
        return events.subList((int) offset, events.size()).stream()
                .filter(event -> event.tenant().equals(tenant))
                .map(event -> event.id().value())
                .toList();
    }

    List<String> after(long offset) {
        return events.subList((int) offset, events.size()).stream()
                .map(event -> event.id().value())
                .toList();
    }
}
