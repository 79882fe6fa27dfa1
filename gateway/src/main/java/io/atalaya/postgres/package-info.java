/**
 * The archive in PostgreSQL: {@link io.atalaya.postgres.PostgresArchive}. Its tables live in the schema
 * {@code atalaya} and are made and changed by the migrations in {@code db/postgresql}; indexes over members of the
 * profile are made at the first use.
 */
@NullMarked
package io.atalaya.postgres;

import org.jspecify.annotations.NullMarked;
