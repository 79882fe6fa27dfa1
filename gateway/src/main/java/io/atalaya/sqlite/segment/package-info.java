/** Runs of archived events as columns, and what they are found by. */
@NullMarked
package io.atalaya.sqlite.segment;

import org.jspecify.annotations.NullMarked;
