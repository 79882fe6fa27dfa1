/**
 * Redis as a way in (Pub/Sub) and as the revocation list, behind a circuit breaker, reconnecting for ever.
 *
 * <p>Flow: {@link io.atalaya.redis.RedisSubscriber} (thread {@code redis-subscriber}) keeps one subscription alive;
 * Lettuce's I/O thread puts each message into the bounded queue of {@link io.atalaya.redis.MessagePump}, which drops the
 * oldest when full and never makes Redis wait; the pump's thread ({@code redis-intake}) hands batches to a
 * {@link io.atalaya.redis.MessageSink}, one at a time. Commands (revocations, health) use a connection of their own, so
 * that neither a blocked subscription nor a slow command can be taken for the other.
 *
 * <p>The package knows nothing of tenants, profiles or event contents: what a message means is decided behind the sink.
 */
@NullMarked
package io.atalaya.redis;

import org.jspecify.annotations.NullMarked;
