package io.atalaya.postgres.bucket;

import io.atalaya.archive.EventQuery;
import io.atalaya.event.Event;
import io.atalaya.event.EventId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.LongStream;

/**
 * What an event can be found by: tenant, type, id, and members of its scope, each with its value, as a number. Pure
 * functions.
 *
 * <p>A token has its value in the upper bits, sign aside, and leaves {@link Places#BITS_FREE} bits to others. Two things
 * with the same token would cost a look at an event in vain, so whoever makes such things up slows down nobody else.
 */
final class Tokens {
    private static final long FNV_BASIS = 0xcbf2_9ce4_8422_2325L;
    private static final long FNV_PRIME = 0x100_0000_01b3L;
    private static final long MASK = Long.MAX_VALUE & -(1L << Places.BITS_FREE);
    private static final long TENANT = seed("tenant");
    private static final long TYPE = seed("type");
    private static final long ID = seed("id");

    private Tokens() {}

    /** Distinguishes kinds: no name of a member has a blank. */
    private static long seed(String kind) {
        return hash(FNV_BASIS, kind + ' ');
    }

    private static long hash(long start, String text) {
        long hash = start;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * FNV_PRIME;
        }
        return hash;
    }

    /** The finalizer of MurmurHash3: every bit depends on every character. */
    private static long token(long seed, String value) {
        long mixed = hash(seed, value);
        mixed = (mixed ^ (mixed >>> 33)) * 0xff51_afd7_ed55_8ccdL;
        mixed = (mixed ^ (mixed >>> 33)) * 0xc4ce_b9fe_1a85_ec53L;
        return (mixed ^ (mixed >>> 33)) & MASK;
    }

    /** All that an event can be found by. */
    static long[] of(Event event, List<String> members) {
        var tokens = new long[3 + members.size()];
        tokens[0] = token(TENANT, event.tenant().value());
        tokens[1] = token(TYPE, event.type());
        tokens[2] = of(event.id());
        int count = 3;
        for (String member : members) {
            String value = event.scope().get(member);
            if (value != null) {
                tokens[count++] = of(member, value);
            }
        }
        return count == tokens.length ? tokens : Arrays.copyOf(tokens, count);
    }

    static long of(EventId id) {
        return token(ID, id.value());
    }

    static long of(String member, String value) {
        return token(seed("member " + member), value);
    }

    /** What an event must have to be selected, times aside. */
    static long[] of(EventQuery query) {
        return LongStream.concat(
                        LongStream.concat(
                                query.tenant().stream().mapToLong(tenant -> token(TENANT, tenant.value())),
                                query.type().stream().mapToLong(type -> token(TYPE, type))),
                        query.scope().entrySet().stream()
                                .sorted(Map.Entry.comparingByKey())
                                .mapToLong(one -> of(one.getKey(), one.getValue())))
                .toArray();
    }
}
