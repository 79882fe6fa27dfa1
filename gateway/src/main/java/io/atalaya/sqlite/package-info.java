/**
 * The log and the archive of a gateway with nothing else installed: one SQLite file. An event is written once, as one
 * row; the archive adds index rows over it.
 */
@NullMarked
package io.atalaya.sqlite;

import org.jspecify.annotations.NullMarked;
