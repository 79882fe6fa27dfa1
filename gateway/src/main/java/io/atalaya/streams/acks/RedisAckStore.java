package io.atalaya.streams.acks;

import io.atalaya.ack.AckBounds;
import io.atalaya.ack.AckStore;
import io.atalaya.ack.GivenUp;
import io.atalaya.ack.Recipient;
import io.atalaya.breaker.Breaker;
import io.atalaya.event.Cursor;
import io.atalaya.event.EventId;
import io.atalaya.event.TenantId;
import io.atalaya.log.LogException;
import io.atalaya.redis.RedisConnections;
import io.atalaya.redis.SharedConnection;
import io.atalaya.streams.Script;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletionException;
import java.util.stream.IntStream;

/**
 * Acknowledgements beside the log on Redis. Thread-safe: what happens is a script on the server, and the latest book is
 * published. What one gateway has sent another may hear the acknowledgement of, and sends again when the recipient comes
 * back to it; until then only the gateway that has sent it last sends it again.
 *
 * <p>As safe as the log: in the append-only file of the same Redis.
 */
public final class RedisAckStore implements AckStore {
    /** The braces put all keys into one slot of a Redis cluster. */
    private static final String KEY = "atalaya:{acks}";

    private static final int AT_ONCE = 500;

    private static final Script APPLY = script("apply.lua");
    private static final Script EXPIRE = script("expire.lua");
    private static final Script OWED = script("owed.lua");
    private static final Script DUE = script("due.lua");
    private static final Script RECEIPTS = script("receipts.lua");

    private final SharedConnection<byte[]> redis;
    private final AckCodec codec;
    private final Settings settings;
    private final Breaker breaker;
    private final GivenUp givenUp = new GivenUp();
    private volatile Totals latest = Totals.EMPTY;

    /**
     * @param gateway names this process, like no other
     * @param bounds what all gateways together keep
     * @param timeout longest wait for an answer of Redis
     */
    public record Settings(String gateway, AckBounds bounds, Duration timeout) {}

    /**
     * @param connections to the log's Redis; closed by their owner, after this
     * @param breaker the log's: what keeps its appends away keeps these calls away, too
     */
    public RedisAckStore(RedisConnections connections, AckCodec codec, Settings settings, Breaker breaker) {
        this.redis = connections.bytes();
        this.codec = codec;
        this.settings = settings;
        this.breaker = breaker;
    }

    private static Script script(String file) {
        return Script.of(RedisAckStore.class, "acks.lua", file);
    }

    private List<Object> run(Script script, List<byte[]> arguments) {
        if (!breaker.tryAcquire()) {
            throw new LogException(LogException.Reason.UNAVAILABLE, "acknowledgements: Redis has failed repeatedly");
        }
        try {
            List<Object> reply = redis.run(
                            commands -> script.run(commands, new String[] {KEY}, arguments.toArray(byte[][]::new)),
                            settings.timeout())
                    .join();
            breaker.onSuccess();
            return reply;
        } catch (CompletionException failure) {
            breaker.onFailure(failure);
            throw new LogException(
                    LogException.Reason.UNAVAILABLE,
                    "acknowledgements: Redis: " + RedisConnections.describe(failure),
                    failure);
        }
    }

    @Override
    public List<Effect> apply(List<Change> changes) {
        List<Object> reply = run(APPLY, codec.changes(settings.bounds(), settings.gateway(), changes));
        latest = totals(reply);
        List<?> effects = AckCodec.list(reply.get(1));
        List<?> early = AckCodec.list(reply.get(2));
        givenUp.add(GivenUp.Bound.PRINCIPAL, AckCodec.number(early.get(0)));
        givenUp.add(GivenUp.Bound.TENANT, AckCodec.number(early.get(1)));
        givenUp.add(GivenUp.Bound.STORE, AckCodec.number(early.get(2)));
        return IntStream.range(0, changes.size())
                .mapToObj(i -> new Effect(AckCodec.kind(effects.get(2 * i)), AckCodec.number(effects.get(2 * i + 1))))
                .toList();
    }

    @Override
    public void expire(long nowMillis) {
        boolean more = true;
        while (more) {
            List<Object> reply = run(EXPIRE, AckCodec.texts(Long.toString(nowMillis), Integer.toString(AT_ONCE)));
            latest = totals(reply);
            more = AckCodec.number(AckCodec.list(reply.get(1)).getFirst()) == AT_ONCE;
        }
    }

    private static Totals totals(List<Object> reply) {
        List<?> book = AckCodec.list(reply.getFirst());
        return new Totals(
                AckCodec.number(book.get(0)),
                AckCodec.number(book.get(1)),
                AckCodec.number(book.get(2)),
                AckCodec.number(book.get(3)));
    }

    @Override
    public List<Waiting> awaiting(Recipient recipient, Optional<Cursor> after, int max) {
        String who = recipient.tenant().value() + ' ' + AckCodec.name(recipient);
        String place = after.map(AckCodec::place).orElse("");
        return waiting(run(OWED, AckCodec.texts(who, place, Integer.toString(max))));
    }

    /** Of what this gateway has sent last: another one's recipients are not here. */
    @Override
    public List<Waiting> due(long nowMillis, int max) {
        return waiting(run(DUE, AckCodec.texts(settings.gateway(), Long.toString(nowMillis), Integer.toString(max))));
    }

    private List<Waiting> waiting(List<Object> reply) {
        return reply.stream().map(one -> codec.waiting(AckCodec.list(one))).toList();
    }

    @Override
    public List<Receipt> receipts(TenantId tenant, EventId event) {
        List<Object> reply = run(RECEIPTS, AckCodec.texts(tenant.value() + '/' + event.value()));
        record Numbered(long number, Receipt receipt) {}
        var found = new ArrayList<Numbered>();
        for (int i = 0; i < reply.size(); i += 2) {
            String[] entry = AckCodec.text(reply.get(i + 1)).split(" ", 6);
            var receipt = new Receipt(
                    AckCodec.recipient(tenant, AckCodec.text(reply.get(i))),
                    AckCodec.state(entry[1]),
                    Long.parseLong(entry[2]),
                    Long.parseLong(entry[4]));
            found.add(new Numbered(Long.parseLong(entry[0]), receipt));
        }
        return found.stream()
                .sorted(Comparator.comparingLong(Numbered::number))
                .map(Numbered::receipt)
                .toList();
    }

    /** As it was at the latest change or expiry, at most a second or an outage ago; of all gateways together. */
    @Override
    public Totals totals() {
        return latest;
    }

    @Override
    public Map<GivenUp.Bound, Long> givenUp() {
        return givenUp.totals();
    }

    @Override
    public void close() {
        // the connections have an owner
    }
}
