/** Micro-benchmarks of what runs once for each event or each delivery. Never shipped; tests never assert on time. */
@NullMarked
package io.atalaya.benchmarks;

import org.jspecify.annotations.NullMarked;
