/** The state of things as stored events tell it, for clients that have just come. */
@NullMarked
package io.atalaya.retained;

import org.jspecify.annotations.NullMarked;
