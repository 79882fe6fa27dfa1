package io.atalaya.budget;

import io.atalaya.budget.SloStatus.Phase;
import io.atalaya.slo.Tier;
import java.io.DataInput;
import java.io.DataOutput;
import java.io.IOException;
import java.time.Instant;

/**
 * One tier of one objective over time, with the meaning that Prometheus gives an alert: pending while it burns, firing
 * once it has burnt for the tier's hold, over as soon as it does not. Confined to the engine's thread.
 */
final class Alarm {
    private final Tier tier;
    private Phase phase = Phase.QUIET;
    private long sinceMillis;

    Alarm(Tier tier) {
        this.tier = tier;
    }

    /** It burns too fast now, or does not. */
    void onLook(Instant now, boolean burning) {
        long millis = now.toEpochMilli();
        if (!burning) {
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
        if (phase == Phase.PENDING && millis - sinceMillis >= tier.hold().toMillis()) {
            phase = Phase.FIRING;
        }
    }

    Tier tier() {
        return tier;
    }

    Phase phase() {
        return phase;
    }

    /** When it began to burn or, while quiet, to be quiet. */
    Instant since() {
        return Instant.ofEpochMilli(sinceMillis);
    }

    void writeTo(DataOutput out) throws IOException {
        out.writeUTF(tier.id());
        out.writeUTF(phase.name());
        out.writeLong(sinceMillis);
    }

    /** Takes over what was written of the alarm of the same tier; of another one, nothing. */
    static void read(DataInput in, Iterable<Alarm> alarms) throws IOException {
        String id = in.readUTF();
        Phase phase = Phase.valueOf(in.readUTF());
        long since = in.readLong();
        for (Alarm alarm : alarms) {
            if (alarm.tier.id().equals(id)) {
                alarm.phase = phase;
                alarm.sinceMillis = since;
            }
        }
    }
}
