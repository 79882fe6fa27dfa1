/** How often somebody may say something. Knows nothing of who or what. */
@NullMarked
package io.atalaya.rate;

import org.jspecify.annotations.NullMarked;
