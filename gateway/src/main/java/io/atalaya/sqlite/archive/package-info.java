/** The archive over the rows of the log in the same file. */
@NullMarked
package io.atalaya.sqlite.archive;

import org.jspecify.annotations.NullMarked;
