package io.atalaya.event;

import java.util.List;

/**
 * What sessions are indexed by and events are matched against: a tenant, the name of a topic of the profile, and the
 * values of that topic's key members. Immutable; the hash is computed once, since every delivery looks topics up.
 */
public final class Topic {
    private final TenantId tenant;
    private final String name;
    private final List<String> key;
    private final int hash;

    /**
     * @param name the topic's name in the profile
     * @param key the values of the topic's key members in the profile's order; empty for a tenant-wide topic
     */
    public Topic(TenantId tenant, String name, List<String> key) {
        this.tenant = tenant;
        this.name = name;
        this.key = List.copyOf(key);
        this.hash = 31 * (31 * tenant.hashCode() + name.hashCode()) + this.key.hashCode();
    }

    public TenantId tenant() {
        return tenant;
    }

    public String name() {
        return name;
    }

    public List<String> key() {
        return key;
    }

    @Override
    public boolean equals(Object other) {
        return this == other
                || (other instanceof Topic that
                        && hash == that.hash
                        && tenant.equals(that.tenant)
                        && name.equals(that.name)
                        && key.equals(that.key));
    }

    @Override
    public int hashCode() {
        return hash;
    }

    /** For people: {@code 1/sector-waiters/3/5}. */
    @Override
    public String toString() {
        return key.isEmpty() ? tenant + "/" + name : tenant + "/" + name + "/" + String.join("/", key);
    }
}
