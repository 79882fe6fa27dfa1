package io.atalaya.operator;

import io.atalaya.http.RequestHead;
import io.netty.handler.codec.http.HttpHeaderNames;
import io.netty.handler.codec.http.HttpMethod;
import java.util.Locale;
import java.util.Optional;

/**
 * Whether a request that a browser sent was made by a page of this port itself. Immutable.
 *
 * <p>Three signs are asked for, each enough against forged requests of other sites where browsers send it: the fetch
 * metadata, the origin, and a header field that no form can send.
 */
public final class Provenance {
    /** The field that the console's pages send with every change. */
    public static final String MARK = "x-atalaya-console";

    private static final String FETCH_SITE = "sec-fetch-site";
    private static final String FETCH_MODE = "sec-fetch-mode";

    private final HostNames hosts;

    public Provenance(HostNames hosts) {
        this.hosts = hosts;
    }

    /** What speaks against a request; empty when nothing does. */
    public Optional<String> objection(RequestHead head) {
        String site = head.header(FETCH_SITE).orElse("same-origin").toLowerCase(Locale.ROOT);
        boolean own = site.equals("same-origin") || site.equals("none");
        if (!own && (isChange(head) || !isNavigation(head))) {
            return Optional.of("sec-fetch-site: %.20s (expected: same-origin)".formatted(site));
        }
        Optional<String> origin = head.header(HttpHeaderNames.ORIGIN);
        if (isChange(head) && origin.isPresent() && !isOwn(origin.get(), head)) {
            return Optional.of(
                    "origin: %.80s (expected: the one that this port is addressed by)".formatted(origin.get()));
        }
        return Optional.empty();
    }

    /** As {@link #objection}, and the mark is asked for with every change: for requests that a cookie speaks for. */
    public Optional<String> objectionToCookie(RequestHead head) {
        Optional<String> objection = objection(head);
        if (objection.isEmpty() && isChange(head) && !head.headers().contains(MARK)) {
            return Optional.of(MARK + ": missing (expected: 1)");
        }
        return objection;
    }

    private boolean isOwn(String origin, RequestHead head) {
        int scheme = origin.indexOf("://");
        if (scheme < 0) {
            return false;
        }
        String authority = origin.substring(scheme + 3).toLowerCase(Locale.ROOT);
        return authority.equals(HostNames.authority(head)) || hosts.isNamed(HostNames.hostOf(authority));
    }

    private static boolean isNavigation(RequestHead head) {
        return head.header(FETCH_MODE).orElse("").equals("navigate");
    }

    private static boolean isChange(RequestHead head) {
        return !head.method().equals(HttpMethod.GET) && !head.method().equals(HttpMethod.HEAD);
    }
}
