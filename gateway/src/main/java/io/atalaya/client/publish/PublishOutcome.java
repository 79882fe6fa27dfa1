package io.atalaya.client.publish;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/** What became of a publish request. */
public sealed interface PublishOutcome {
    /**
     * Every event is committed.
     *
     * @param accepted how many
     * @param ids one an event, in order
     * @param cursor position of the last one, when all are of one tenant
     */
    record Accepted(int accepted, List<String> ids, Optional<String> cursor) implements PublishOutcome {
        public Accepted {
            ids = List.copyOf(ids);
        }
    }

    /**
     * The gateway took none of the events.
     *
     * @param status HTTP status, 400 to 599 for a gateway that keeps to its documentation
     * @param problem problem details (RFC 9457), or whatever else the answer's body was
     * @param retryAfter how long to wait before trying again, when the gateway said so (RFC 9110 section 10.2.3)
     */
    record Refused(int status, Problem problem, Optional<Duration> retryAfter) implements PublishOutcome {}

    /** No answer: it is unknown whether the events were taken. Publishing again is safe when they carry ids. */
    record Unanswered(String what) implements PublishOutcome {}

    /** The request was never sent. */
    record NotSent(String what) implements PublishOutcome {}
}
