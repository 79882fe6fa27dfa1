package io.atalaya.http;

import io.netty.handler.codec.http.HttpMethod;

/**
 * One thing that a port serves. Immutable.
 *
 * @param method the method; a {@code GET} route answers {@code HEAD} too
 * @param path an exact path, or the start of many when it ends in {@code /*}
 * @param maxBodyBytes longest body accepted; 0 for none
 * @param gate decides on the head alone, before any byte of the body is kept
 */
public record Route(HttpMethod method, String path, int maxBodyBytes, Gate gate) {
    private static final String WILDCARD = "/*";

    public Route {
        if (!path.startsWith("/")) {
            throw new IllegalArgumentException("route: %s (expected: an absolute path)".formatted(path));
        }
        if (maxBodyBytes < 0) {
            throw new IllegalArgumentException("max-body-bytes: %d (expected: 0 or more)".formatted(maxBodyBytes));
        }
    }

    /** A {@code GET} route open to everyone. */
    public static Route get(String path, Handler handler) {
        return new Route(HttpMethod.GET, path, 0, Gate.open(handler));
    }

    /** A {@code POST} route. */
    public static Route post(String path, int maxBodyBytes, Gate gate) {
        return new Route(HttpMethod.POST, path, maxBodyBytes, gate);
    }

    /** Whether the route serves every path under its own. */
    boolean isPrefix() {
        return path.endsWith(WILDCARD);
    }

    /** The path, or for a prefix its fixed part with the final slash. */
    String fixedPath() {
        return isPrefix() ? path.substring(0, path.length() - 1) : path;
    }

    /**
     * Answers the requests of a route. Called on the connection's event loop; must not block it. Work that takes time
     * is done elsewhere and answered from there.
     */
    @FunctionalInterface
    public interface Handler {
        /** Handles a complete request; {@code responder} must be answered sooner or later, once. */
        void onRequest(Request request, Responder responder);
    }

    /** Takes the answer to one request. Thread-safe; answers reach the client in the order of the requests. */
    @FunctionalInterface
    public interface Responder {
        /** Answers the request, from any thread. Only the first answer counts. */
        void respond(Response response);
    }

    /** Decides who may pass, on the connection's event loop; must not block. */
    @FunctionalInterface
    public interface Gate {
        /** Decides on a request before its body is read. */
        Admission admit(RequestHead head);

        /** Lets everyone pass to {@code handler}. */
        static Gate open(Handler handler) {
            var admitted = new Admission.Admitted(handler);
            return _ -> admitted;
        }
    }

    /** A gate's decision. */
    public sealed interface Admission {
        /** The body may be read; {@code handler} gets the complete request and knows what the gate found out. */
        record Admitted(Handler handler) implements Admission {}

        /** The request is answered without its body. */
        record Refused(Response response) implements Admission {}
    }
}
