package io.atalaya.budget;

import io.atalaya.budget.SloStatus.Phase;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;

/**
 * One alert of one objective over time, with the meaning that Prometheus gives it: pending while its condition holds, firing
 * once that has been so for a while, over as soon as it does not. Confined to the engine's thread.
 */
final class Alarm {
    private final String id;
    private final Duration hold;
    private Phase phase = Phase.QUIET;
    private long sinceMillis;

    /**
     * @param id distinguishes the alerts of an objective
     * @param hold how long the condition has to be true before anybody is told
     */
    Alarm(String id, Duration hold) {
        this.id = id;
        this.hold = hold;
    }

    /** The condition is true now, or is not. */
    void onLook(Instant now, boolean holds) {
        long millis = now.toEpochMilli();
        if (!holds) {
            if (phase != Phase.QUIET) {
                phase = Phase.QUIET;
                sinceMillis = millis;
            }
            return;
        }
        if (phase == Phase.QUIET) {
            phase = Phase.PENDING;
            sinceMillis = millis;
        }
        if (phase == Phase.PENDING && millis - sinceMillis >= hold.toMillis()) {
            phase = Phase.FIRING;
        }
    }

    Phase phase() {
        return phase;
    }

    /** When the condition became true or, while quiet, ceased to be. */
    Instant since() {
        return Instant.ofEpochMilli(sinceMillis);
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeUTF(id);
        out.writeUTF(phase.name());
        out.writeLong(sinceMillis);
    }

    /** Takes over what was written of the alarm of the same name; of another one, nothing. */
    static void read(DataInput in, Iterable<Alarm> alarms) throws IOException {
        String id = in.readUTF();
        Phase phase = Phase.valueOf(in.readUTF());
        long since = in.readLong();
        for (Alarm alarm : alarms) {
            if (alarm.id.equals(id)) {
                alarm.phase = phase;
                alarm.sinceMillis = since;
            }
        }
    }
}
