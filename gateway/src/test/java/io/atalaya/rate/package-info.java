/** Tests of how often somebody may say something. */
@NullMarked
package io.atalaya.rate;

import org.jspecify.annotations.NullMarked;
