package io.atalaya.management;

import io.atalaya.operator.HostNames;
import java.util.HashSet;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * The operators' port. Immutable.
 *
 * @param host address to bind; anything but loopback needs a token
 * @param port 0 takes a free one
 * @param token bearer token; never shown by {@link #toString}
 * @param hosts further names by which it may be addressed, in lower case and without port
 */
public record ManagementConfig(String host, int port, Optional<String> token, Set<String> hosts) {
    public ManagementConfig {
        hosts = Set.copyOf(hosts);
    }

    /** Whether the port may be opened: to everybody's sight only with a token. */
    public boolean safe() {
        return hasToken() || HostNames.isLoopback(host);
    }

    private boolean hasToken() {
        return token.filter(text -> !text.isEmpty()).isPresent();
    }

    /** The names by which it may be addressed. */
    public HostNames names() {
        var names = new HashSet<>(hosts);
        names.add(host.toLowerCase(Locale.ROOT));
        return new HostNames(names, hasToken());
    }

    @Override
    public String toString() {
        return "ManagementConfig[host=%s, port=%d, token=%s, hosts=%s]".formatted(host, port, token.isPresent(), hosts);
    }
}
