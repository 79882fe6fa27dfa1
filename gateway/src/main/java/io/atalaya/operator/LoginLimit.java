package io.atalaya.operator;

import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * How often an address may try a wrong token. Thread-safe: one lock, held for a look-up. A network of IPv6 counts as one
 * address.
 */
final class LoginLimit {
    static final int MOST_FAILURES = 10;
    static final Duration WINDOW = Duration.ofMinutes(1);

    private static final int MOST_ADDRESSES = 10_000;
    private static final int NETWORK_BYTES = 8;

    private final LongSupplier nanoClock;
    private final Map<String, Failures> byAddress = new LinkedHashMap<>(16, 0.75f, true);

    LoginLimit(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    private record Failures(int count, long sinceNanos) {}

    /** For how long an address has to wait before it may try again; zero when it may now. */
    Duration waitOf(SocketAddress peer) {
        synchronized (byAddress) {
            Failures failures = byAddress.get(name(peer));
            if (failures == null || failures.count() < MOST_FAILURES) {
                return Duration.ZERO;
            }
            long leftNanos = WINDOW.toNanos() - (nanoClock.getAsLong() - failures.sinceNanos());
            return leftNanos <= 0 ? Duration.ZERO : Duration.ofNanos(leftNanos);
        }
    }

    /** The address has tried a wrong token. */
    void onFailure(SocketAddress peer) {
        long nowNanos = nanoClock.getAsLong();
        synchronized (byAddress) {
            Failures before = byAddress.get(name(peer));
            byAddress.put(
                    name(peer),
                    before == null || nowNanos - before.sinceNanos() >= WINDOW.toNanos()
                            ? new Failures(1, nowNanos)
                            : new Failures(before.count() + 1, before.sinceNanos()));
            if (byAddress.size() > MOST_ADDRESSES) {
                byAddress.remove(byAddress.keySet().iterator().next());
            }
        }
    }

    private static String name(SocketAddress peer) {
        InetAddress address = peer instanceof InetSocketAddress inet ? inet.getAddress() : null;
        if (address == null) {
            return peer.toString();
        }
        byte[] bytes = address.getAddress();
        return HexFormat.of().formatHex(bytes.length > NETWORK_BYTES ? Arrays.copyOf(bytes, NETWORK_BYTES) : bytes);
    }
}
