package io.atalaya.edge;

import io.atalaya.event.TenantId;
import io.atalaya.ingest.Submission.Scope;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The API keys of one purpose, with the tenants that they speak for. Immutable. Keeps digests only; how long a look-up
 * takes depends on the number of keys and on nothing else.
 */
public final class ApiKeys {
    private static final String BEARER = "Bearer ";
    private static final String EVERY_TENANT = "*";

    private final List<Entry> entries;

    /**
     * @param tenantsByKey tenant by key; {@code *} speaks for every tenant
     * @throws IllegalArgumentException when a tenant cannot be one
     */
    public ApiKeys(Map<String, String> tenantsByKey) {
        this.entries = tenantsByKey.entrySet().stream()
                .map(entry -> new Entry(digest(entry.getKey()), scope(entry.getValue())))
                .toList();
    }

    /** What the value of an {@code Authorization} field entitles to; empty when it is no known bearer key. */
    public Optional<Scope> scopeOf(String authorization) {
        if (!authorization.regionMatches(true, 0, BEARER, 0, BEARER.length())) {
            return Optional.empty();
        }
        byte[] presented = digest(authorization.substring(BEARER.length()).strip());
        Optional<Scope> found = Optional.empty();
        for (Entry entry : entries) {
            if (MessageDigest.isEqual(entry.digest, presented)) {
                found = Optional.of(entry.scope);
            }
        }
        return found;
    }

    private static Scope scope(String tenant) {
        return tenant.equals(EVERY_TENANT) ? Scope.everyTenant() : Scope.of(new TenantId(tenant));
    }

    private static byte[] digest(String key) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(key.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** One key. Immutable. */
    private static final class Entry {
        private final byte[] digest;
        private final Scope scope;

        Entry(byte[] digest, Scope scope) {
            this.digest = digest;
            this.scope = scope;
        }
    }
}
