/** Log and archive, measured: decorators that record how long calls take. */
@NullMarked
package io.atalaya.timed;

import org.jspecify.annotations.NullMarked;
