/**
 * A whole server under load: connections, rate, latency percentiles, CPU and memory.
 */
@NullMarked
package io.atalaya.bench;

import org.jspecify.annotations.NullMarked;
