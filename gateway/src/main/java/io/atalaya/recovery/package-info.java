/**
 * Bringing a client back to where it was: replay of the log through the audience filter of live delivery, and the
 * hand-over to it without a gap or a repetition.
 */
@NullMarked
package io.atalaya.recovery;

import org.jspecify.annotations.NullMarked;
