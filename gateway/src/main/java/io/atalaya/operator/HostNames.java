package io.atalaya.operator;

import io.atalaya.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.util.NetUtil;
import java.net.InetAddress;
import java.util.Locale;
import java.util.Set;

/**
 * By which names the operators' port may be addressed. Immutable.
 *
 * <p>A page of another site can have its own name resolve to this machine after it was loaded (DNS rebinding); its
 * requests then reach this port as if they were of one site, but still carry that name. An address cannot be rebound, so
 * where a token is asked for every literal passes.
 */
public final class HostNames {
    private final Set<String> names;
    private final boolean anyAddress;

    /**
     * @param names accepted besides those of loopback, in lower case and without port
     * @param anyAddress whether literal addresses beyond loopback pass
     */
    public HostNames(Set<String> names, boolean anyAddress) {
        this.names = Set.copyOf(names);
        this.anyAddress = anyAddress;
    }

    /** Whether a request is addressed to one of the names. */
    public boolean permits(RequestHead head) {
        String host = hostOf(authority(head));
        return isLoopback(host) || names.contains(host) || (anyAddress && isAddress(host));
    }

    /** Whether {@code host}, without a port, is one of the names given. */
    boolean isNamed(String host) {
        return names.contains(host);
    }

    /** Whom a request is addressed to, in lower case (RFC 9110 section 7.2). */
    static String authority(RequestHead head) {
        return head.header(HttpHeaderNames.HOST).orElse("").strip().toLowerCase(Locale.ROOT);
    }

    /** Whether a request names this machine and nothing else. */
    public static boolean namesLoopback(RequestHead head) {
        return isLoopback(hostOf(authority(head)));
    }

    /** The host without the port. */
    static String hostOf(String authority) {
        if (authority.startsWith("[")) {
            int end = authority.indexOf(']');
            return end < 0 ? "" : authority.substring(1, end);
        }
        int colon = authority.indexOf(':');
        return colon < 0 ? authority : authority.substring(0, colon);
    }

    /** Whether a host names this machine and nothing else, without asking a name server. */
    public static boolean isLoopback(String host) {
        if (host.toLowerCase(Locale.ROOT).equals("localhost")) {
            return true;
        }
        InetAddress address = NetUtil.createInetAddressFromIpAddressString(host);
        return address != null && address.isLoopbackAddress();
    }

    private static boolean isAddress(String host) {
        return NetUtil.createInetAddressFromIpAddressString(host) != null;
    }
}
