/**
 * A small HTTP/1.1 server kit on Netty for both ports: routes, bounded bodies, answers in request order, problem
 * JSON (RFC 9457). Knows nothing of events.
 */
@NullMarked
package io.atalaya.http;

import org.jspecify.annotations.NullMarked;
