package io.atalaya.sdk;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;

/** Who is told of what. Thread-safe: concurrent collections; what one of them throws is told to those who watch errors. */
final class Handlers {
    /** Stands for every type. */
    static final String EVERY_TYPE = "*";

    private final Map<String, List<Consumer<GatewayEvent>>> byType = new ConcurrentHashMap<>();
    private final List<Consumer<StateChange>> states = new CopyOnWriteArrayList<>();
    private final List<Consumer<Gap>> gaps = new CopyOnWriteArrayList<>();
    private final List<Consumer<Throwable>> errors = new CopyOnWriteArrayList<>();

    void onEvent(String type, Consumer<GatewayEvent> handler) {
        byType.computeIfAbsent(type, any -> new CopyOnWriteArrayList<>()).add(handler);
    }

    void onState(Consumer<StateChange> watcher) {
        states.add(watcher);
    }

    void onGap(Consumer<Gap> watcher) {
        gaps.add(watcher);
    }

    void onError(Consumer<Throwable> watcher) {
        errors.add(watcher);
    }

    void event(GatewayEvent event) {
        tell(byType.getOrDefault(event.type(), List.of()), event);
        tell(byType.getOrDefault(EVERY_TYPE, List.of()), event);
    }

    void state(StateChange change) {
        tell(states, change);
    }

    void gap(Gap gap) {
        tell(gaps, gap);
    }

    void error(Throwable error) {
        for (Consumer<Throwable> watcher : errors) {
            watcher.accept(error);
        }
    }

    private <T> void tell(List<Consumer<T>> whom, T what) {
        for (Consumer<T> one : whom) {
            try {
                one.accept(what);
            } catch (RuntimeException broken) {
                error(broken);
            }
        }
    }
}
