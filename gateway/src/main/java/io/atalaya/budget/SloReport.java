package io.atalaya.budget;

import io.atalaya.slo.SloFile;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How all objectives stood at one moment. Immutable.
 *
 * @param at when the engine last looked
 * @param paused services whose counting an operator has paused, and until when; the empty text stands for all
 */
public record SloReport(SloFile file, Instant at, List<SloStatus> objectives, Map<String, Instant> paused) {
    public SloReport {
        objectives = List.copyOf(objectives);
        paused = Map.copyOf(paused);
    }

    /**
     * Whether operations may go on.
     *
     * @param spent objectives whose spent budget blocks them
     * @param unknown objectives that would block but cannot be judged: nothing is measured, or nothing happened
     */
    public record Gate(boolean allowed, List<SloStatus> spent, List<SloStatus> unknown) {}

    /**
     * Whether operations on a service may go on: not while a budget of it is spent.
     *
     * @param service all services when empty
     */
    public Gate gate(Optional<String> service) {
        List<SloStatus> asked = objectives.stream()
                .filter(status ->
                        service.isEmpty() || service.get().equals(status.slo().service()))
                .toList();
        List<SloStatus> spent = asked.stream().filter(SloStatus::blocks).toList();
        List<SloStatus> unknown = asked.stream()
                .filter(status -> status.slo().gate() != io.atalaya.slo.Slo.Gate.OFF)
                .filter(status -> status.window().total() == 0)
                .toList();
        return new Gate(spent.isEmpty(), spent, unknown);
    }
}
