/**
 * How archived events are found in PostgreSQL: buckets of neighbouring log positions, and in each the places of what events
 * are looked for by. {@link io.atalaya.postgres.bucket.Buckets} writes and reads them,
 * {@link io.atalaya.postgres.bucket.BucketWalk} goes through them in the order of a query.
 */
@NullMarked
package io.atalaya.postgres.bucket;

import org.jspecify.annotations.NullMarked;
