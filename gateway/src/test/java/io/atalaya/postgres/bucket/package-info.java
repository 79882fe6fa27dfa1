/** Tests of how archived events are found in PostgreSQL. */
@NullMarked
package io.atalaya.postgres.bucket;

import org.jspecify.annotations.NullMarked;
