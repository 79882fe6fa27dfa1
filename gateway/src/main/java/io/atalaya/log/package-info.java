/**
 * The ordered record of accepted events. An event is acknowledged to its producer, archived and delivered only after
 * its append has committed; a position in the log is a {@link io.atalaya.event.Cursor}.
 */
@NullMarked
package io.atalaya.log;

import org.jspecify.annotations.NullMarked;
