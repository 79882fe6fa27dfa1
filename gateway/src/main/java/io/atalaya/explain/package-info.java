/** The command {@code explain}: why a session gets an event or does not, of a running gateway or on paper. */
@NullMarked
package io.atalaya.explain;

import org.jspecify.annotations.NullMarked;
