/** Tests of the bench. */
@NullMarked
package io.atalaya.bench;

import org.jspecify.annotations.NullMarked;
