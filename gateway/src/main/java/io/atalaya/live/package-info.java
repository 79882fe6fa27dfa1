/**
 * What happens now, once a second: gathered from counters, remembered for a while, and streamed to whoever watches.
 */
@NullMarked
package io.atalaya.live;

import org.jspecify.annotations.NullMarked;
