package io.atalaya.ack;

import io.atalaya.ack.AckStore.Change;
import io.atalaya.ack.AckStore.Effect;
import io.atalaya.ack.AckStore.Waiting;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.LogException;
import io.atalaya.metrics.Bounds;
import io.atalaya.metrics.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Where event loops report what they have sent and what was acknowledged. Thread-safe without locks but for the
 * histogram's: whoever finds nobody at work has one worker started, which takes everything to the store in the order in
 * which it was reported, as much as has collected at once.
 */
public final class AckDesk {
    private static final Logger LOG = LoggerFactory.getLogger(AckDesk.class);
    private static final int CHANGES_AT_ONCE = 1_000;
    private static final int MOST_QUEUED = 100_000;

    /** What clients say may fill half of the queue, so that deliveries can always be reported. */
    private static final int MOST_ACKNOWLEDGEMENTS = MOST_QUEUED / 2;

    /** What one client says, whatever number of devices it claims to have. */
    private static final int MOST_OF_ONE_SENDER = 5_000;

    private static final long RETRY_NANOS = 1_000_000_000L;

    private final AckStore store;
    private final Executor worker;
    private final Later later;

    private final Queue<Task> queue = new ConcurrentLinkedQueue<>();
    private final AtomicInteger queued = new AtomicInteger();
    private final AtomicInteger acknowledgements = new AtomicInteger();
    private final Map<Recipient.Owner, Integer> bySender = new ConcurrentHashMap<>();
    private @Nullable List<Change> refused;

    private final LongAdder repeated = new LongAdder();
    private final LongAdder late = new LongAdder();
    private final LongAdder unknown = new LongAdder();
    private final LongAdder unregistered = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final Histogram latency = new Histogram(Bounds.LATENCIES);

    /** Runs something later. Thread-safe; never blocks. */
    @FunctionalInterface
    public interface Later {
        void after(long delayNanos, Runnable task);
    }

    private sealed interface Task {
        record Report(Change change) implements Task {}

        /** @param repeated whether somebody waits for the answer, so that it is asked until the store can be */
        record Question(Consumer<AckStore> asking, boolean repeated) implements Task {}
    }

    /** @param worker runs what may block */
    public AckDesk(AckStore store, Executor worker, Later later) {
        this.store = store;
        this.worker = worker;
        this.later = later;
    }

    /**
     * Reports a change. Never blocks; a desk that is far behind takes nothing and counts it. So it does with a client that
     * acknowledges faster than can be stored: that costs nobody else anything.
     */
    public void report(Change change) {
        if (queued.get() < MOST_QUEUED
                && (!(change instanceof Change.Acknowledged said)
                        || enter(said.recipient().owner()))) {
            add(new Task.Report(change));
        } else {
            unregistered.increment();
        }
    }

    private boolean enter(Recipient.Owner sender) {
        int ofSender = bySender.merge(sender, 1, Integer::sum);
        if (acknowledgements.incrementAndGet() <= MOST_ACKNOWLEDGEMENTS && ofSender <= MOST_OF_ONE_SENDER) {
            return true;
        }
        leave(sender);
        return false;
    }

    private void leave(Recipient.Owner sender) {
        acknowledgements.decrementAndGet();
        bySender.computeIfPresent(sender, (_, count) -> count == 1 ? null : count - 1);
    }

    /**
     * Asks for what a recipient has still to acknowledge, everything reported so far considered. Never blocks.
     *
     * @param then called by the worker
     */
    public void awaiting(Recipient recipient, Optional<Cursor> after, int max, Consumer<List<Waiting>> then) {
        add(new Task.Question(asked -> then.accept(asked.awaiting(recipient, after, max)), true));
    }

    /**
     * Lets expire what was awaited for too long and asks for what is due. Never blocks.
     *
     * @param then called by the worker
     */
    public void due(long nowMillis, int max, Consumer<List<Waiting>> then) {
        Consumer<AckStore> asking = asked -> {
            asked.expire(nowMillis);
            then.accept(asked.due(nowMillis, max));
        };
        add(new Task.Question(asking, false));
    }

    /** Everyone that an event was delivered to. May block. */
    public List<AckStore.Receipt> receipts(TenantId tenant, EventId event) {
        return store.receipts(tenant, event);
    }

    private void add(Task task) {
        queue.add(task);
        if (queued.getAndIncrement() == 0) {
            start();
        }
    }

    private void start() {
        try {
            worker.execute(this::work);
        } catch (RejectedExecutionException _) {
            // the gateway stops; what is left in the queue was never promised to anybody
        }
    }

    /** There is one worker from the first task queued until the last is done. */
    private void work() {
        int done;
        do {
            List<Change> changes = takeChanges();
            done = changes.size();
            if (!changes.isEmpty() && !write(changes)) {
                refused = changes;
                later.after(RETRY_NANOS, this::start);
                return;
            }
            if (queue.peek() instanceof Task.Question question) {
                if (!answer(question)) {
                    queued.addAndGet(-done);
                    later.after(RETRY_NANOS, this::start);
                    return;
                }
                queue.remove();
                done++;
            }
        } while (queued.addAndGet(-done) > 0);
    }

    private List<Change> takeChanges() {
        List<Change> again = refused;
        if (again != null) {
            refused = null;
            return again;
        }
        var changes = new ArrayList<Change>();
        while (changes.size() < CHANGES_AT_ONCE && queue.peek() instanceof Task.Report report) {
            queue.remove();
            changes.add(report.change());
            if (report.change() instanceof Change.Acknowledged said) {
                leave(said.recipient().owner());
            }
        }
        return changes;
    }

    private boolean write(List<Change> changes) {
        try {
            List<Effect> effects = store.apply(changes);
            for (int i = 0; i < changes.size(); i++) {
                count(changes.get(i), effects.get(i));
            }
            return true;
        } catch (RuntimeException failure) {
            failures.increment();
            LOG.atWarn()
                    .setCause(failure)
                    .addKeyValue("changes", changes.size())
                    .log("acknowledgements: not stored yet");
            return false;
        }
    }

    private void count(Change change, Effect effect) {
        if (!(change instanceof Change.Acknowledged acknowledged)) {
            return;
        }
        switch (effect.kind()) {
            case DONE -> {
                long millis = acknowledged.atMillis() - effect.deliveredMillis();
                synchronized (latency) {
                    latency.record(millis * 1_000_000, 1);
                }
            }
            case REPEATED -> repeated.increment();
            case LATE -> late.increment();
            case UNKNOWN -> unknown.increment();
        }
    }

    /** Whether the question is done with; if not, the store is away and has to be asked again. */
    private boolean answer(Task.Question question) {
        try {
            question.asking().accept(store);
            return true;
        } catch (LogException away) {
            failures.increment();
            LOG.atWarn().addKeyValue("error", away.getMessage()).log("acknowledgements: could not be read now");
            return !question.repeated();
        } catch (RuntimeException fault) {
            failures.increment();
            LOG.atError().setCause(fault).log("acknowledgements: could not be read");
            return true;
        }
    }

    /** How acknowledgements go. */
    public AckReport report() {
        Histogram.Snapshot waited;
        synchronized (latency) {
            waited = latency.snapshot();
        }
        var ignored = new AckReport.Ignored(repeated.sum(), late.sum(), unknown.sum());
        return new AckReport(store.totals(), store.givenUp(), ignored, unregistered.sum(), failures.sum(), waited);
    }
}
