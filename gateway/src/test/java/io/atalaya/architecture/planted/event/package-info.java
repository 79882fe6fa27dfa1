/** Planted: the only package here that says what null means. */
@NullMarked
package io.atalaya.architecture.planted.event;

import org.jspecify.annotations.NullMarked;
