package io.atalaya.config;

import java.util.Map;

/** Settings of older deployments that mean nothing here. They are accepted and remarked on, never obeyed. Immutable. */
final class SeedNames {
    private static final String NO_LOCKS = "sessions belong to one thread each, so there are no locks to keep";
    private static final String BREAKER = "the circuit breaker is built in";

    /** Variable to the reason why it has no counterpart. */
    static final Map<String, String> WITHOUT_COUNTERPART = Map.ofEntries(
            Map.entry("WS_BROADCAST_BATCH_SIZE", "every event is written to all its sessions at once"),
            Map.entry("WS_ACCEPT_TIMEOUT", "see ws-handshake-timeout"),
            Map.entry("WS_RECEIVE_TIMEOUT", "see ws-heartbeat-timeout, the only one that closes silent clients"),
            Map.entry("MAX_BROADCASTS_PER_SECOND", "see ws-max-broadcasts-per-second"),
            Map.entry("BROADCAST_RATE_LIMIT_WINDOW", "see ws-max-broadcasts-per-second"),
            Map.entry("MAX_CACHED_LOCKS", NO_LOCKS),
            Map.entry("LOCK_CLEANUP_THRESHOLD", NO_LOCKS),
            Map.entry("LOCK_CLEANUP_HYSTERESIS", NO_LOCKS),
            Map.entry("CIRCUIT_FAILURE_THRESHOLD", BREAKER),
            Map.entry("CIRCUIT_RECOVERY_TIMEOUT", BREAKER),
            Map.entry("REDIS_SYNC_POOL_MAX_CONNECTIONS", "there is no second pool"),
            Map.entry("JWT_TABLE_TOKEN_EXPIRE_HOURS", "table tokens end when they say so"),
            Map.entry("PRODUCTION_CHECK", "every start is checked"));

    private SeedNames() {}
}
