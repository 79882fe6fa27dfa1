/**
 * What is kept in PostgreSQL. The archive: {@link io.atalaya.postgres.PostgresArchive}. Its tables live in the schema
 * {@code atalaya} and are made and changed by the migrations in {@code db/postgresql}; indexes over members of the
 * profile are made at the first use. And the sectors of waiters, in tables that belong to somebody else:
 * {@link io.atalaya.postgres.PostgresAssignments}.
 */
@NullMarked
package io.atalaya.postgres;

import org.jspecify.annotations.NullMarked;
