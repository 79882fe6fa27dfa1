/** How log lines leave the process without holding anybody up. Knows nothing of what is logged. */
@NullMarked
package io.atalaya.logging;

import org.jspecify.annotations.NullMarked;
