/** Tests of logging. */
@NullMarked
package io.atalaya.logging;

import org.jspecify.annotations.NullMarked;
