/**
 * The demonstration: a plausible evening in two restaurants, live in the terminal.
 */
@NullMarked
package io.atalaya.demo;

import org.jspecify.annotations.NullMarked;
