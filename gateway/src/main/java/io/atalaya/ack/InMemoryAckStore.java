package io.atalaya.ack;

import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.EventLog;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.TreeSet;

/** Acknowledgements that live as long as this process, like the log in memory. Thread-safe by one short lock. */
public final class InMemoryAckStore implements AckStore {
    private static final Comparator<Row> BY_DUE =
            Comparator.<Row>comparingLong(row -> row.dueMillis).thenComparingLong(row -> row.number);
    private static final Comparator<Row> BY_END =
            Comparator.<Row>comparingLong(row -> row.endMillis).thenComparingLong(row -> row.number);

    private final AckBounds bounds;
    private final Object lock = new Object();
    private final LinkedHashMap<Key, Row> rows = new LinkedHashMap<>();
    private final Map<EventLog.Identity, List<Row>> byEvent = new HashMap<>();
    private final Map<Recipient, NavigableMap<Cursor, Row>> awaiting = new HashMap<>();
    private final Map<Object, Share> shares = new HashMap<>();
    private final GivenUp givenUp = new GivenUp();
    private final TreeSet<Row> due = new TreeSet<>(BY_DUE);
    private final TreeSet<Row> ends = new TreeSet<>(BY_END);
    private long nextNumber;
    private long wanted;
    private long acknowledged;
    private long expired;
    private long awaited;

    private record Key(Recipient recipient, EventId event) {}

    private static final class Row {
        private final long number;
        private final Key key;
        private final EventLog.Entry entry;
        private final long deliveredMillis;
        private State state = State.AWAITING;
        private long dueMillis;
        private long endMillis;
        private long settledMillis;
        private boolean forgotten;

        private Row(long number, Key key, Change.Delivered delivered) {
            this.number = number;
            this.key = key;
            this.entry = delivered.entry();
            this.deliveredMillis = delivered.atMillis();
            this.dueMillis = delivered.dueMillis();
            this.endMillis = delivered.expiresMillis();
        }

        private EventLog.Identity identity() {
            return new EventLog.Identity(key.recipient().tenant(), key.event());
        }

        private Waiting waiting() {
            return new Waiting(key.recipient(), entry, deliveredMillis);
        }
    }

    /** The entries of a tenant or an owner; those that are forgotten leave when their turn comes. */
    private static final class Share {
        private static final int SLACK = 16;

        private final ArrayDeque<Row> oldestFirst = new ArrayDeque<>();
        private int kept;

        private int add(Row row) {
            oldestFirst.add(row);
            return ++kept;
        }

        private Row oldest() {
            while (oldestFirst.element().forgotten) {
                oldestFirst.remove();
            }
            return oldestFirst.element();
        }

        /** Whether nothing is left. */
        private boolean onForgotten() {
            kept--;
            if (oldestFirst.size() > 2 * kept + SLACK) {
                oldestFirst.removeIf(row -> row.forgotten);
            }
            return kept == 0;
        }
    }

    public InMemoryAckStore(AckBounds bounds) {
        this.bounds = bounds;
    }

    @Override
    public List<Effect> apply(List<Change> changes) {
        synchronized (lock) {
            var effects = new ArrayList<Effect>(changes.size());
            for (Change change : changes) {
                effects.add(
                        switch (change) {
                            case Change.Delivered delivered -> onDelivered(delivered);
                            case Change.Acknowledged acknowledgement -> onAcknowledged(acknowledgement);
                            case Change.Due later -> onDue(later);
                        });
            }
            return effects;
        }
    }

    private Effect onDelivered(Change.Delivered delivered) {
        var key = new Key(delivered.recipient(), delivered.entry().event().id());
        Row known = rows.get(key);
        if (known != null) {
            return new Effect(Effect.Kind.REPEATED, known.deliveredMillis);
        }
        var row = new Row(nextNumber++, key, delivered);
        rows.put(key, row);
        byEvent.computeIfAbsent(row.identity(), _ -> new ArrayList<>(1)).add(row);
        awaiting.computeIfAbsent(key.recipient(), _ -> new TreeMap<>()).put(row.entry.cursor(), row);
        due.add(row);
        ends.add(row);
        wanted++;
        awaited++;
        keepWithinBounds(row);
        return new Effect(Effect.Kind.DONE, row.deliveredMillis);
    }

    private void keepWithinBounds(Row added) {
        Recipient recipient = added.key.recipient();
        Share ofOwner = shares.computeIfAbsent(recipient.owner(), _ -> new Share());
        Share ofTenant = shares.computeIfAbsent(recipient.tenant(), _ -> new Share());
        boolean ownerIsFull = ofOwner.add(added) > bounds.ofPrincipal();
        boolean tenantIsFull = ofTenant.add(added) > bounds.ofTenant();
        if (ownerIsFull) {
            giveUp(ofOwner.oldest(), GivenUp.Bound.PRINCIPAL, added.deliveredMillis);
        } else if (tenantIsFull) {
            giveUp(ofTenant.oldest(), GivenUp.Bound.TENANT, added.deliveredMillis);
        } else if (rows.size() > bounds.all()) {
            giveUp(rows.firstEntry().getValue(), GivenUp.Bound.STORE, added.deliveredMillis);
        }
    }

    private void giveUp(Row oldest, GivenUp.Bound bound, long nowMillis) {
        settle(oldest, State.EXPIRED, nowMillis);
        forget(oldest);
        givenUp.add(bound, 1);
    }

    private Effect onAcknowledged(Change.Acknowledged acknowledgement) {
        Row row = rows.get(new Key(acknowledgement.recipient(), acknowledgement.event()));
        if (row == null) {
            return new Effect(Effect.Kind.UNKNOWN, 0);
        }
        Effect.Kind kind = switch (row.state) {
            case AWAITING -> Effect.Kind.DONE;
            case ACKNOWLEDGED -> Effect.Kind.REPEATED;
            case EXPIRED -> Effect.Kind.LATE;
        };
        settle(row, State.ACKNOWLEDGED, acknowledgement.atMillis());
        return new Effect(kind, row.deliveredMillis);
    }

    private Effect onDue(Change.Due later) {
        Row row = rows.get(new Key(later.recipient(), later.event()));
        if (row == null || row.state != State.AWAITING) {
            return new Effect(row == null ? Effect.Kind.UNKNOWN : Effect.Kind.REPEATED, 0);
        }
        due.remove(row);
        row.dueMillis = later.dueMillis();
        due.add(row);
        return new Effect(Effect.Kind.DONE, row.deliveredMillis);
    }

    /** Ends the waiting, if it has not ended; the row stays as long again as it was meant to be waited for. */
    private void settle(Row row, State state, long nowMillis) {
        if (row.state != State.AWAITING) {
            return;
        }
        row.state = state;
        row.settledMillis = nowMillis;
        awaited--;
        if (state == State.ACKNOWLEDGED) {
            acknowledged++;
        } else {
            expired++;
        }
        due.remove(row);
        awaiting.computeIfPresent(row.key.recipient(), (_, waiting) -> {
            waiting.remove(row.entry.cursor());
            return waiting.isEmpty() ? null : waiting;
        });
        ends.remove(row);
        row.endMillis += row.endMillis - row.deliveredMillis;
        ends.add(row);
    }

    private void forget(Row row) {
        rows.remove(row.key);
        ends.remove(row);
        row.forgotten = true;
        leave(row.key.recipient().owner());
        leave(row.key.recipient().tenant());
        byEvent.computeIfPresent(row.identity(), (_, rest) -> {
            rest.remove(row);
            return rest.isEmpty() ? null : rest;
        });
    }

    private void leave(Object share) {
        shares.computeIfPresent(share, (_, rest) -> rest.onForgotten() ? null : rest);
    }

    @Override
    public List<Waiting> awaiting(Recipient recipient, Optional<Cursor> after, int max) {
        synchronized (lock) {
            NavigableMap<Cursor, Row> all = awaiting.getOrDefault(recipient, new TreeMap<>());
            NavigableMap<Cursor, Row> rest =
                    after.map(cursor -> all.tailMap(cursor, false)).orElse(all);
            return rest.values().stream().limit(max).map(Row::waiting).toList();
        }
    }

    @Override
    public List<Waiting> due(long nowMillis, int max) {
        synchronized (lock) {
            return due.stream()
                    .takeWhile(row -> row.dueMillis <= nowMillis)
                    .limit(max)
                    .map(Row::waiting)
                    .toList();
        }
    }

    @Override
    public void expire(long nowMillis) {
        synchronized (lock) {
            while (!ends.isEmpty() && ends.first().endMillis <= nowMillis) {
                Row row = ends.first();
                if (row.state == State.AWAITING) {
                    settle(row, State.EXPIRED, nowMillis);
                } else {
                    forget(row);
                }
            }
        }
    }

    @Override
    public List<Receipt> receipts(TenantId tenant, EventId event) {
        synchronized (lock) {
            return byEvent.getOrDefault(new EventLog.Identity(tenant, event), List.of()).stream()
                    .map(row -> new Receipt(row.key.recipient(), row.state, row.deliveredMillis, row.settledMillis))
                    .toList();
        }
    }

    @Override
    public Totals totals() {
        synchronized (lock) {
            return new Totals(wanted, acknowledged, expired, awaited);
        }
    }

    @Override
    public Map<GivenUp.Bound, Long> givenUp() {
        return givenUp.totals();
    }

    @Override
    public void close() {
        // nothing outlives the process
    }
}
