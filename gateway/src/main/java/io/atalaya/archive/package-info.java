/**
 * The archive: the SQL store of events for queries, statistics and long retention, and the one writer that feeds it
 * from the log in batches. {@link io.atalaya.archive.Archive} is the contract, implemented elsewhere.
 */
@NullMarked
package io.atalaya.archive;

import org.jspecify.annotations.NullMarked;
