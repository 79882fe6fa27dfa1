package io.atalaya.streams;

import io.atalaya.event.Cursor;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.log.RecentEvents;
import io.atalaya.streams.HighWaterMarks.Mark;
import io.atalaya.streams.PartitionStore.Account;
import io.atalaya.streams.PartitionStore.Position;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What this process knows of one partition. Thread-safe: the mark is guarded by a lock, the view is replaced by the
 * reader's thread alone and published, the account by whoever has a newer one.
 */
final class Partition {
    private static final Logger LOG = LoggerFactory.getLogger(Partition.class);

    private final int number;
    private final PartitionStore store;
    private final SecureRandom random = new SecureRandom();
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition heard = lock.newCondition();
    private Mark known;
    private volatile View view = new View(0, new RecentEvents(0, 0));
    private volatile Account account = Account.EMPTY;

    /** @param known the mark kept from an earlier run */
    Partition(int number, PartitionStore store, Mark known) {
        this.number = number;
        this.store = store;
        this.known = known;
    }

    /** What has been heard, under one epoch. */
    record View(long generation, RecentEvents recent) {
        long epoch() {
            return recent.head().epoch();
        }

        long offset() {
            return recent.head().offset();
        }
    }

    int number() {
        return number;
    }

    PartitionStore store() {
        return store;
    }

    View view() {
        return view;
    }

    Account account() {
        return account;
    }

    void onAccount(Account latest) {
        account = latest;
    }

    /** How far the partition is known to have come. */
    Mark known() {
        lock.lock();
        try {
            return known;
        } finally {
            lock.unlock();
        }
    }

    /** An event was stored, by whomever. */
    void onStored(long epoch, long offset, Event event) {
        lock.lock();
        try {
            if (epoch == known.epoch() && offset > known.offset()) {
                known = new Mark(known.generation(), epoch, offset, Mark.stamp(event));
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Finds the partition in Redis and makes sure that it has not forgotten what is known here: one that has begins a new
     * epoch, since offsets that were given out will stand for other events.
     */
    CompletableFuture<Position> attach() {
        Mark mark = known();
        return store.open(newEpoch()).thenCompose(found -> judge(mark, found)).thenApply(this::adopt);
    }

    private CompletableFuture<Position> judge(Mark mark, Position found) {
        if (found.epoch() != mark.epoch()) {
            // a later generation is what another gateway has begun; any other log is a backup, or made anew
            return found.generation() > mark.generation()
                    ? CompletableFuture.completedFuture(found)
                    : renew(mark, found, "another epoch");
        }
        if (found.head() < mark.offset()) {
            return renew(mark, found, "fewer events");
        }
        if (mark.stamp() == 0) {
            return CompletableFuture.completedFuture(found);
        }
        return store.stampAt(mark.offset())
                .thenCompose(stamp -> stamp.isEmpty() || stamp.get() == mark.stamp()
                        ? CompletableFuture.completedFuture(found)
                        : renew(mark, found, "other events"));
    }

    private CompletableFuture<Position> renew(Mark mark, Position found, String why) {
        LOG.atError()
                .addKeyValue("partition", number)
                .addKeyValue("known_offset", mark.offset())
                .addKeyValue("found_offset", found.head())
                .addKeyValue("found", why)
                .log("Redis has forgotten acknowledged events; the log takes a new epoch");
        return store.renew(found.epoch(), newEpoch(), Math.max(mark.generation(), found.generation()) + 1);
    }

    private Position adopt(Position position) {
        lock.lock();
        try {
            boolean other = position.epoch() != known.epoch();
            if (other && position.generation() >= known.generation()) {
                known = new Mark(position.generation(), position.epoch(), position.base(), 0);
            }
            return position;
        } finally {
            lock.unlock();
        }
    }

    private long newEpoch() {
        return random.nextInt() & 0xFFFF_FFFFL;
    }

    /** Begins to hear behind everything stored so far. Called once, before the reader runs. */
    void begin(Position position) {
        view = new View(position.generation(), new RecentEvents(position.epoch(), position.head()));
    }

    /**
     * Goes over to another epoch, behind what both have in common. Called on the reader's thread.
     *
     * @return whether the epoch is another one
     */
    boolean turn(Position position) {
        View before = view;
        if (position.epoch() == before.epoch()) {
            return false;
        }
        long common = Math.min(before.offset(), position.base());
        publish(new View(position.generation(), new RecentEvents(position.epoch(), common)));
        return true;
    }

    /** Goes on behind events that are lost to this process. Called on the reader's thread. */
    void skipTo(long offset) {
        publish(new View(view.generation(), new RecentEvents(view.epoch(), offset)));
    }

    /** Keeps heard events for {@link RecentEvents#recent}. Called on the reader's thread. */
    void onHeard(List<Entry> entries, int maxEvents, long maxBytes) {
        RecentEvents recent = view.recent();
        recent.add(entries);
        recent.trim(maxEvents, maxBytes, Long.MIN_VALUE, Long.MAX_VALUE);
        Entry last = entries.getLast();
        onStored(last.cursor().epoch(), last.cursor().offset(), last.event());
        signal();
    }

    private void publish(View next) {
        view = next;
        signal();
    }

    private void signal() {
        lock.lock();
        try {
            heard.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until everything up to a position of the present epoch has been heard; answers whether it has. */
    boolean awaitHeard(Cursor position, Duration patience) {
        long nanos = patience.toNanos();
        lock.lock();
        try {
            while (view.epoch() != position.epoch() || view.offset() < position.offset()) {
                if (nanos <= 0) {
                    return false;
                }
                nanos = heard.awaitNanos(nanos);
            }
            return true;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits for an answer; for callers that may block. */
    static <T> T join(CompletableFuture<T> answer, Duration patience) {
        try {
            return answer.orTimeout(patience.toNanos(), TimeUnit.NANOSECONDS).join();
        } catch (RuntimeException failure) {
            throw PartitionStore.cause(failure);
        }
    }
}
