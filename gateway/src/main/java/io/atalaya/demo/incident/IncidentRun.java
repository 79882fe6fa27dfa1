package io.atalaya.demo.incident;

import io.atalaya.demo.RunningGateway;
import io.atalaya.demo.Terminal;
import java.io.IOException;
import java.net.URI;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Plays an incident against a running gateway — a phone that stops reading while its table is busy, a burst, and where
 * there is a Redis, its loss — and shows what books, objectives and alerts say of it. Confined to the calling thread.
 */
public final class IncidentRun {
    private static final int LARGE_EVENTS = 600;
    private static final int LARGE_BYTES = 24_000;
    private static final int LARGE_BATCH = 20;
    private static final int BURST_EVENTS = 20_000;
    private static final int BURST_BYTES = 40;
    private static final int BURST_BATCH = 500;

    private static final String WATCHED = "websocket-send-errors";

    private final Table table;
    private final RunningGateway gateway;
    private final Proceedings proceedings;

    /**
     * The table that it happens at. Immutable; holds credentials, so {@link #toString} shows none.
     *
     * @param tenant that the table is of
     * @param session of the table
     * @param token lets its guests in
     * @param publishKey may publish for the tenant
     */
    public record Table(int tenant, int branch, int session, String token, String publishKey) {
        @Override
        public String toString() {
            return "Table[tenant=%d, session=%d]".formatted(tenant, session);
        }

        URI uri(int port) {
            return URI.create("ws://127.0.0.1:%d/ws/diner?table_token=%s".formatted(port, token));
        }

        String event(int number, int bytes) {
            return "{\"type\":\"CART_ITEM_ADDED\",\"tenant_id\":%d,\"branch_id\":%d,\"session_id\":%d,\"entity\":{\"number\":%d,\"note\":\"%s\"}}"
                    .formatted(tenant, branch, session, number, "x".repeat(bytes));
        }
    }

    /** @param stop counted down to end it early, which is no problem */
    public IncidentRun(
            Table table, RunningGateway gateway, Terminal terminal, CountDownLatch stop, LongSupplier nanoClock) {
        this.table = table;
        this.gateway = gateway;
        this.proceedings = new Proceedings(terminal, stop, nanoClock);
    }

    /** Plays it without a Redis, and answers everything that was not as it has to be. */
    public List<String> run() throws InterruptedException {
        return play(null);
    }

    /**
     * Plays it with the loss of the Redis.
     *
     * @param redis the line by which the gateway reaches it
     */
    public List<String> run(RedisLink redis) throws InterruptedException {
        return play(redis);
    }

    private List<String> play(@Nullable RedisLink redis) throws InterruptedException {
        try (var service = new TableService(table, gateway, proceedings);
                var accounts = new Accounts(gateway.managementPort())) {
            say("");
            say("AN INCIDENT, on purpose: two phones at one table, one of which stops reading");
            var phone = new AttentivePhone();
            var connection = service.connect(phone);
            try (var _ = SlowPhone.connect(service.uri())) {
                phone.ready().get(Proceedings.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                slowPhone(service, accounts, phone);
                burst(service, phone);
            }
            if (redis != null) {
                new RedisOutage(redis, service, accounts, proceedings).play(phone);
            }
            aftermath(accounts, redis == null ? 3 : 4);
            phone.leave();
            connection.close();
        } catch (IOException | ExecutionException failure) {
            proceedings.expect(false, "the incident could not be played: " + failure.getMessage());
        } catch (TimeoutException _) {
            proceedings.expect(false, "the incident could not be played: the attentive phone was not let in");
        }
        proceedings.problems().forEach(problem -> say("PROBLEM   " + problem));
        return proceedings.problems();
    }

    private void slowPhone(TableService service, Accounts accounts, AttentivePhone phone)
            throws InterruptedException, IOException {
        Accounts.Deliveries before = accounts.deliveries();
        say("1. %d large events (%d KB each) for the table".formatted(LARGE_EVENTS, LARGE_BYTES / 1000));
        long accepted = service.publish(LARGE_EVENTS, LARGE_BYTES, LARGE_BATCH);
        proceedings.await(
                () -> phone.received() >= accepted && accounts.deliveries().closed() > before.closed(),
                () -> say("   the attentive phone has %,d of %,d".formatted(phone.received(), accepted)));
        Accounts.Deliveries after = accounts.deliveries();
        say("   the attentive phone received %,d of %,d".formatted(phone.received(), accepted));
        long closed = after.closed() - before.closed();
        say(
                closed > 0
                        ? "   the slow one was closed with 1013: at most 1 MiB waits for a socket; %,d deliveries closed with it"
                                .formatted(closed)
                        : "   the slow one was not closed");
        say("   books: " + after.words());
        boolean stopped = proceedings.stopped();
        proceedings.expect(stopped || phone.received() == accepted, "the slow phone cost its neighbour deliveries");
        proceedings.expect(stopped || closed > 0, "the slow phone was not closed");
    }

    private void burst(TableService service, AttentivePhone phone) throws InterruptedException, IOException {
        if (proceedings.stopped()) {
            return;
        }
        long before = phone.received();
        say("2. a burst of %,d events in requests of %d".formatted(BURST_EVENTS, BURST_BATCH));
        long begin = proceedings.nanos();
        long accepted = service.publish(BURST_EVENTS, BURST_BYTES, BURST_BATCH);
        long committed = proceedings.nanos();
        proceedings.await(
                () -> phone.received() - before >= accepted,
                () -> say("   %,d of %,d received".formatted(phone.received() - before, accepted)));
        long received = proceedings.nanos();
        say("   %,d committed in %d ms and received %d ms later"
                .formatted(
                        accepted,
                        TimeUnit.NANOSECONDS.toMillis(committed - begin),
                        TimeUnit.NANOSECONDS.toMillis(received - committed)));
        if (accepted < BURST_EVENTS) {
            say("   %,d refused, whose publisher was told when to come back".formatted(BURST_EVENTS - accepted));
        }
        proceedings.expect(
                proceedings.stopped() || phone.received() - before == accepted,
                "deliveries of the burst lost or doubled");
        proceedings.expect(phone.ended().isEmpty(), "the attentive phone was cut off: " + phone.ended());
    }

    private void aftermath(Accounts accounts, int place) throws InterruptedException, IOException {
        if (proceedings.stopped()) {
            return;
        }
        say("%d. what the gateway says of it (its budgets are counted every ten seconds)".formatted(place));
        proceedings.await(
                Proceedings.TWO_LOOKS_OF_THE_ENGINE,
                () -> counted(accounts),
                () -> say("   waiting for the next count"));
        for (Accounts.Objective objective : accounts.objectives()) {
            say("   " + objective.words());
        }
        List<String> firing = accounts.firing();
        say("   alerts: "
                + (firing.isEmpty() ? "none fires yet, since each waits for its time" : String.join(", ", firing)));
        say("   gate: " + accounts.gate());
        Accounts.Deliveries books = accounts.deliveries();
        say("   books: " + books.words());
        proceedings.expect(books.balanced() && accounts.intakeBalanced(), "the books do not balance");
        proceedings.expect(proceedings.stopped() || counted(accounts), WATCHED + " did not notice");
        say("   More: http://127.0.0.1:%d/api/v1/slo, /api/v1/books, /metrics".formatted(gateway.managementPort()));
    }

    private static boolean counted(Accounts accounts) throws InterruptedException, IOException {
        return accounts.objectives().stream()
                .anyMatch(objective -> objective.id().equals(WATCHED) && objective.bad() > 0);
    }

    private void say(String line) {
        proceedings.say(line);
    }
}
