/** What becomes of events that wait for a client which reads too slowly: conflated, dropped and told, or kept. */
@NullMarked
package io.atalaya.slow;

import org.jspecify.annotations.NullMarked;
