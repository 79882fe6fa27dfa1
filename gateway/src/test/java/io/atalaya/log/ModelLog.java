package io.atalaya.log;

import io.atalaya.event.Event;
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

    List<Long> append(Event[] batch, long nowNanos) {
        var offsets = new ArrayList<Long>();
        for (Event event : batch) {
            int earlier = earlier(event, nowNanos);
            if (earlier < 0) {
                events.add(event);
                times.add(nowNanos);
            }
            offsets.add(earlier < 0 ? events.size() : earlier + 1L);
        }
        while (forgotten < events.size() && isSurplus(nowNanos)) {
            forgotten++;
        }
        return offsets;
    }

    private int earlier(Event event, long nowNanos) {
        for (int i = events.size() - 1; i >= 0; i--) {
            if (nowNanos - times.get(i) < config.dedupeWindow().toNanos()
                    && events.get(i).tenant().equals(event.tenant())
                    && events.get(i).id().equals(event.id())) {
                return i;
            }
        }
        return -1;
    }

    private boolean isSurplus(long nowNanos) {
        List<Event> kept = events.subList(forgotten, events.size());
        long bytes =
                kept.stream().mapToLong(event -> event.body().open().length).sum();
        return kept.size() > config.maxEvents()
                || bytes > config.maxBytes()
                || nowNanos - times.get(forgotten) >= config.maxAge().toNanos();
    }

    int size() {
        return events.size();
    }

    int forgotten() {
        return forgotten;
    }

    List<String> after(long offset) {
        return events.subList((int) offset, events.size()).stream()
                .map(event -> event.id().value())
                .toList();
    }
}
