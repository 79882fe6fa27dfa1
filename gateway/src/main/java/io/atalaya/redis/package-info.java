/**
 * Redis as a way in (Pub/Sub) and as the revocation list, behind a circuit breaker, reconnecting for ever.
 */
@NullMarked
package io.atalaya.redis;

import org.jspecify.annotations.NullMarked;
