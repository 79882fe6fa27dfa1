/**
 * A client of our own that asks, the way that others come, whether what is published arrives.
 */
@NullMarked
package io.atalaya.canary;

import org.jspecify.annotations.NullMarked;
