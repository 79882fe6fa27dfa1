package io.atalaya.demo.incident;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * The gateway loses its Redis for a while: events by HTTP go on, guests who are in stay, who comes meanwhile is told to
 * come again, and the objective of the subscription pays for it. Confined to one thread.
 */
final class RedisOutage {
    /** The objective that has to notice. */
    static final String WATCHED = "redis-subscription";

    private static final int EVENTS = 200;
    private static final int BYTES = 40;
    private static final int BATCH = 20;
    private static final Duration SUBSCRIBES_AGAIN = Duration.ofSeconds(60);
    private static final String SUBSCRIBED = "subscribed";

    private final RedisLink link;
    private final TableService table;
    private final Accounts accounts;
    private final Proceedings proceedings;

    RedisOutage(RedisLink link, TableService table, Accounts accounts, Proceedings proceedings) {
        this.link = link;
        this.table = table;
        this.accounts = accounts;
        this.proceedings = proceedings;
    }

    /** @param guest has been in for long */
    void play(AttentivePhone guest) throws InterruptedException, IOException {
        if (proceedings.stopped()) {
            return;
        }
        proceedings.say("3. Redis is lost: the line to it is cut, and nobody else's");
        proceedings.expect(isSubscribed(), "events from Redis did not arrive even before");
        link.cut();
        try {
            proceedings.await(() -> !isSubscribed(), () -> proceedings.say("   the gateway has not noticed yet"));
            proceedings.say("   the gateway says of Redis: " + accounts.redis());
            proceedings.expect(proceedings.stopped() || !isSubscribed(), "the loss of Redis was not noticed");
            meanwhile(guest);
            newcomer();
            proceedings.await(
                    Proceedings.TWO_LOOKS_OF_THE_ENGINE,
                    () -> badMillis() > 0,
                    () -> proceedings.say("   waiting for the next count of " + WATCHED));
        } finally {
            link.mend();
        }
        afterwards(guest);
    }

    private void meanwhile(AttentivePhone guest) throws InterruptedException, IOException {
        long before = guest.received();
        long accepted = table.publish(EVENTS, BYTES, BATCH);
        proceedings.await(
                () -> guest.received() - before >= accepted,
                () -> proceedings.say("   %,d of %,d received".formatted(guest.received() - before, accepted)));
        proceedings.say("   %,d of %,d events by HTTP were received meanwhile: delivery does not need Redis"
                .formatted(guest.received() - before, accepted));
        proceedings.expect(
                proceedings.stopped() || (accepted == EVENTS && guest.received() - before == accepted),
                "deliveries without Redis lost or doubled");
    }

    /** Nobody can say whether a token was revoked, so nobody is let in, nor turned away for good. */
    private void newcomer() throws InterruptedException {
        String heard = comeIn();
        proceedings.say("   a guest who comes now is " + (heard.isEmpty() ? "let in" : heard));
        proceedings.expect(
                proceedings.stopped() || heard.contains("1013"), "a guest was not told to come again: " + heard);
    }

    /** What a new guest hears; empty when they are let in. */
    private String comeIn() throws InterruptedException {
        var phone = new AttentivePhone();
        var connection = table.connect(phone);
        try {
            phone.ready().get(Proceedings.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
            return "";
        } catch (ExecutionException refused) {
            Throwable cause = refused.getCause();
            return String.valueOf((cause == null ? refused : cause).getMessage());
        } catch (TimeoutException _) {
            return "not answered within " + Proceedings.PATIENCE.toSeconds() + " s";
        } finally {
            phone.leave();
            connection.close();
        }
    }

    private void afterwards(AttentivePhone guest) throws InterruptedException, IOException {
        proceedings.await(
                SUBSCRIBES_AGAIN, this::isSubscribed, () -> proceedings.say("   the line is mended; waiting"));
        String heard = comeIn();
        proceedings.say("   the line is mended; the gateway says of Redis: %s; a guest who comes now is %s"
                .formatted(accounts.redis(), heard.isEmpty() ? "let in" : heard));
        List<Accounts.Objective> paid = accounts.objectives().stream()
                .filter(objective -> objective.id().equals(WATCHED))
                .toList();
        paid.forEach(objective -> proceedings.say("   " + objective.words()));
        proceedings.expect(proceedings.stopped() || isSubscribed(), "Redis was not found again");
        proceedings.expect(proceedings.stopped() || heard.isEmpty(), "a guest was not let in afterwards: " + heard);
        proceedings.expect(proceedings.stopped() || badMillis() > 0, WATCHED + " did not notice");
        proceedings.expect(guest.ended().isEmpty(), "a guest who was in was cut off: " + guest.ended());
    }

    private boolean isSubscribed() throws InterruptedException, IOException {
        return accounts.redis().equals(SUBSCRIBED);
    }

    private long badMillis() throws InterruptedException, IOException {
        return accounts.objectives().stream()
                .filter(objective -> objective.id().equals(WATCHED))
                .mapToLong(Accounts.Objective::bad)
                .sum();
    }
}
