package io.atalaya.demo.incident;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.ClientOptions;
import io.atalaya.client.GatewayClient;
import io.atalaya.client.Subscription;
import io.atalaya.client.publish.PublishBody;
import io.atalaya.client.publish.PublishOutcome;
import io.atalaya.client.publish.PublishTarget;
import io.atalaya.client.publish.Publisher;
import io.atalaya.demo.RunningGateway;
import io.atalaya.demo.Terminal;
import java.io.IOException;
import java.net.URI;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.LongSupplier;
import java.util.stream.IntStream;

/**
 * Plays an incident against a running gateway — a phone that stops reading while its table is busy, then a burst — and
 * shows what books, objectives and alerts say of it. Confined to the calling thread.
 */
public final class IncidentRun {
    private static final int LARGE_EVENTS = 600;
    private static final int LARGE_BYTES = 24_000;
    private static final int LARGE_BATCH = 20;
    private static final int BURST_EVENTS = 20_000;
    private static final int BURST_BYTES = 40;
    private static final int BURST_BATCH = 500;
    private static final Duration PATIENCE = Duration.ofSeconds(30);
    private static final Duration LOOK = Duration.ofMillis(500);
    /** The engine of budgets looks every ten seconds. */
    private static final Duration TWO_LOOKS_OF_THE_ENGINE = Duration.ofSeconds(25);

    private static final String WATCHED = "websocket-send-errors";

    private final Table table;
    private final RunningGateway gateway;
    private final Terminal terminal;
    private final CountDownLatch stop;
    private final LongSupplier nanoClock;
    private final List<String> problems = new ArrayList<>();

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

        private URI uri(int port) {
            return URI.create("ws://127.0.0.1:%d/ws/diner?table_token=%s".formatted(port, token));
        }

        private String event(int number, int bytes) {
            return "{\"type\":\"CART_ITEM_ADDED\",\"tenant_id\":%d,\"branch_id\":%d,\"session_id\":%d,\"entity\":{\"number\":%d,\"note\":\"%s\"}}"
                    .formatted(tenant, branch, session, number, "x".repeat(bytes));
        }
    }

    /** @param stop counted down to end it early, which is no problem */
    public IncidentRun(
            Table table, RunningGateway gateway, Terminal terminal, CountDownLatch stop, LongSupplier nanoClock) {
        this.table = table;
        this.gateway = gateway;
        this.terminal = terminal;
        this.stop = stop;
        this.nanoClock = nanoClock;
    }

    /** Plays it, and answers everything that was not as it has to be. */
    public List<String> run() throws InterruptedException {
        try (var loops = new ClientLoops(1);
                var publisher = new Publisher(loops, target());
                var accounts = new Accounts(gateway.managementPort())) {
            say("");
            say("AN INCIDENT, on purpose: two phones at one table, one of which stops reading");
            var phone = new AttentivePhone();
            var client = new GatewayClient(loops, ClientOptions.standard(), new SecureRandom());
            var connection = client.connect(Subscription.to(table.uri(gateway.publicPort())), phone);
            try (var _ = SlowPhone.connect(table.uri(gateway.publicPort()))) {
                phone.ready().get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
                slowPhone(publisher, accounts, phone);
                burst(publisher, phone);
            }
            aftermath(accounts);
            phone.leave();
            connection.close();
        } catch (IOException | ExecutionException failure) {
            problems.add("the incident could not be played: " + failure.getMessage());
        } catch (TimeoutException _) {
            problems.add("the incident could not be played: the attentive phone was not let in");
        }
        problems.forEach(problem -> say("PROBLEM   " + problem));
        return List.copyOf(problems);
    }

    private PublishTarget target() {
        return PublishTarget.of(
                URI.create("http://127.0.0.1:" + gateway.publicPort() + PublishTarget.PATH), table.publishKey());
    }

    private void slowPhone(Publisher publisher, Accounts accounts, AttentivePhone phone)
            throws InterruptedException, IOException {
        Accounts.Deliveries before = accounts.deliveries();
        say("1. %d large events (%d KB each) for the table".formatted(LARGE_EVENTS, LARGE_BYTES / 1000));
        long accepted = publish(publisher, LARGE_EVENTS, LARGE_BYTES, LARGE_BATCH);
        await(
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
        expect(stopped() || phone.received() == accepted, "the slow phone cost its neighbour deliveries");
        expect(stopped() || closed > 0, "the slow phone was not closed");
    }

    private void burst(Publisher publisher, AttentivePhone phone) throws InterruptedException, IOException {
        if (stopped()) {
            return;
        }
        long before = phone.received();
        say("2. a burst of %,d events in requests of %d".formatted(BURST_EVENTS, BURST_BATCH));
        long begin = nanoClock.getAsLong();
        long accepted = publish(publisher, BURST_EVENTS, BURST_BYTES, BURST_BATCH);
        long committed = nanoClock.getAsLong();
        await(
                () -> phone.received() - before >= accepted,
                () -> say("   %,d of %,d received".formatted(phone.received() - before, accepted)));
        long received = nanoClock.getAsLong();
        say("   %,d committed in %d ms and received %d ms later"
                .formatted(
                        accepted,
                        TimeUnit.NANOSECONDS.toMillis(committed - begin),
                        TimeUnit.NANOSECONDS.toMillis(received - committed)));
        if (accepted < BURST_EVENTS) {
            say("   %,d refused, whose publisher was told when to come back".formatted(BURST_EVENTS - accepted));
        }
        expect(stopped() || phone.received() - before == accepted, "deliveries of the burst lost or doubled");
        expect(phone.ended().isEmpty(), "the attentive phone was cut off: " + phone.ended());
    }

    private void aftermath(Accounts accounts) throws InterruptedException, IOException {
        if (stopped()) {
            return;
        }
        say("3. what the gateway says of it (its budgets are counted every ten seconds)");
        await(TWO_LOOKS_OF_THE_ENGINE, () -> counted(accounts), () -> say("   waiting for the next count"));
        for (Accounts.Objective objective : accounts.objectives()) {
            say("   " + objective.words());
        }
        List<String> firing = accounts.firing();
        say("   alerts: "
                + (firing.isEmpty() ? "none fires yet, since each waits for its time" : String.join(", ", firing)));
        say("   gate: " + accounts.gate());
        Accounts.Deliveries books = accounts.deliveries();
        say("   books: " + books.words());
        expect(books.balanced() && accounts.intakeBalanced(), "the books do not balance");
        expect(stopped() || counted(accounts), WATCHED + " did not notice");
        say("   More: http://127.0.0.1:%d/api/v1/slo, /api/v1/books, /metrics".formatted(gateway.managementPort()));
    }

    private static boolean counted(Accounts accounts) throws InterruptedException, IOException {
        return accounts.objectives().stream()
                .anyMatch(objective -> objective.id().equals(WATCHED) && objective.bad() > 0);
    }

    /** Publishes and waits for every answer. */
    private long publish(Publisher publisher, int events, int bytes, int batch) throws InterruptedException {
        var answers = new ArrayList<CompletableFuture<PublishOutcome>>();
        for (int first = 0; first < events && !stopped(); first += batch) {
            List<String> body = IntStream.range(first, Math.min(events, first + batch))
                    .mapToObj(number -> table.event(number, bytes))
                    .toList();
            answers.add(publisher.publish(PublishBody.array(body)).toCompletableFuture());
        }
        long accepted = 0;
        for (CompletableFuture<PublishOutcome> answer : answers) {
            if (outcome(answer) instanceof PublishOutcome.Accepted taken) {
                accepted += taken.accepted();
            }
        }
        return accepted;
    }

    private static PublishOutcome outcome(CompletableFuture<PublishOutcome> answer) throws InterruptedException {
        try {
            return answer.get(PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            return new PublishOutcome.Unanswered(String.valueOf(failure.getMessage()));
        }
    }

    /** Something that is to come true. */
    @FunctionalInterface
    private interface Condition {
        boolean holds() throws IOException, InterruptedException;
    }

    private void await(Condition condition, Runnable each) throws InterruptedException, IOException {
        await(PATIENCE, condition, each);
    }

    /** Waits until the condition holds, somebody stops the demonstration, or patience is over. */
    private void await(Duration patience, Condition condition, Runnable each) throws InterruptedException, IOException {
        long deadline = nanoClock.getAsLong() + patience.toNanos();
        int looks = 0;
        while (!condition.holds() && !stopped() && nanoClock.getAsLong() < deadline) {
            boolean _ = stop.await(LOOK.toMillis(), TimeUnit.MILLISECONDS);
            if (looks++ % 6 == 1) {
                each.run();
            }
        }
    }

    private boolean stopped() {
        return stop.getCount() == 0;
    }

    private void expect(boolean holds, String problem) {
        if (!holds) {
            problems.add(problem);
        }
    }

    private void say(String line) {
        terminal.print(line);
    }
}
