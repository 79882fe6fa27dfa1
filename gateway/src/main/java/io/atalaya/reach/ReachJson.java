package io.atalaya.reach;

import io.atalaya.ack.AckStore.Receipt;
import io.atalaya.progress.Progress;
import io.atalaya.reach.Reach.Coverage;
import io.atalaya.reach.Reach.Judged;
import io.atalaya.reach.Reach.Report;
import io.atalaya.reach.Verdict.State;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A {@link Report} as members of a JSON object. Stateless. */
final class ReachJson {
    private ReachJson() {}

    /**
     * @param state only deliveries in this state; empty leaves out those that the event was not for
     * @param limit most deliveries that are listed; all are counted
     */
    static Map<String, Object> members(Report report, Optional<String> state, int limit) {
        Map<String, Long> counts = new TreeMap<>();
        var listed = new ArrayList<Map<String, Object>>();
        long wanted = 0;
        for (Map<String, Object> delivery : (Iterable<Map<String, Object>>) deliveries(report)::iterator) {
            String found = String.valueOf(delivery.get("state"));
            counts.merge(found, 1L, Long::sum);
            if (state.map(found::equals).orElse(!found.equals(State.NOT_ADDRESSED.word()))) {
                wanted++;
                if (listed.size() < limit) {
                    listed.add(delivery);
                }
            }
        }
        var members = new LinkedHashMap<String, Object>();
        members.put("event", event(report));
        members.put("acknowledgements", report.acknowledged());
        members.put("counts", counts);
        members.put("deliveries", listed);
        members.put("truncated", wanted > listed.size());
        members.put("coverage", coverage(report.coverage()));
        members.put("notes", notes(report));
        return members;
    }

    private static Map<String, Object> event(Report report) {
        var event = new LinkedHashMap<String, Object>();
        event.put("id", report.entry().event().id().value());
        event.put("type", report.entry().event().type());
        event.put("tenant", report.entry().event().tenant().value());
        event.put("cursor", report.entry().cursor().toString());
        event.put("stored_at", Instant.ofEpochMilli(report.entry().atMillis()).toString());
        return event;
    }

    private static Stream<Map<String, Object>> deliveries(Report report) {
        long offset = report.entry().cursor().offset();
        return Stream.concat(
                report.receipts().stream().map(ReachJson::receipt),
                report.sessions().stream().map(judged -> session(judged, offset)));
    }

    private static Map<String, Object> receipt(Receipt receipt) {
        String state = receipt.state().name().toLowerCase(Locale.ROOT);
        var members = new LinkedHashMap<String, Object>();
        members.put("state", state);
        members.put("basis", "receipt");
        members.put("subject", receipt.recipient().subject());
        members.put("scheme", receipt.recipient().scheme());
        if (!receipt.recipient().clientId().isEmpty()) {
            members.put("client_id", receipt.recipient().clientId());
        }
        members.put(
                "delivered_at", Instant.ofEpochMilli(receipt.deliveredMillis()).toString());
        Reach.settled(receipt).ifPresent(at -> members.put(state + "_at", at.toString()));
        return members;
    }

    private static Map<String, Object> session(Judged judged, long offset) {
        Progress session = judged.session();
        Verdict verdict = judged.verdict();
        var members = new LinkedHashMap<String, Object>();
        members.put("state", verdict.state().word());
        members.put("basis", "position");
        members.put("subject", session.principal().subject());
        members.put("scheme", session.principal().scheme());
        members.put("endpoint", session.endpoint());
        members.put("session", session.session());
        members.put("joined_at", session.lifetime().joined().toString());
        if (verdict.state() == State.SENT) {
            boolean last = session.through() == offset;
            session.flushedAt().ifPresent(at -> members.put(last ? "sent_at" : "sent_by", at.toString()));
        }
        if (!verdict.reason().isEmpty()) {
            members.put("reason", verdict.reason());
        }
        session.lifetime().end().ifPresent(end -> {
            members.put("ended_at", end.at().toString());
            members.put("ended", end.reason());
        });
        return members;
    }

    private static Map<String, Object> coverage(Coverage coverage) {
        var members = new LinkedHashMap<String, Object>();
        members.put("asked_at", coverage.asked().toString());
        members.put("sessions_since", coverage.since().toString());
        members.put("departures_since", coverage.departuresSince().toString());
        members.put("event_loops", coverage.loops());
        members.put("answered", coverage.answered());
        members.put("partial", coverage.answered() < coverage.loops());
        return members;
    }

    private static List<String> notes(Report report) {
        var notes = new ArrayList<String>();
        Coverage coverage = report.coverage();
        notes.add(
                report.acknowledged()
                        ? "receipts are exact; everyone else is judged by position, among the sessions of this process"
                        : "judged by position, among the sessions of this process");
        if (coverage.departuresSince().toEpochMilli() > report.entry().atMillis()) {
            notes.add("the event is older than what is remembered: sessions that ended before %s are not in it"
                    .formatted(coverage.departuresSince()));
        }
        if (coverage.answered() < coverage.loops()) {
            notes.add("%d of %d event loops did not answer in time; their sessions are missing"
                    .formatted(coverage.loops() - coverage.answered(), coverage.loops()));
        }
        if (coverage.refusedFanouts() > 0) {
            notes.add("%d events reached nobody because of the limit of fan-outs a second; this may be one"
                    .formatted(coverage.refusedFanouts()));
        }
        return notes;
    }
}
