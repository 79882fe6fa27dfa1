/**
 * What this installation was proved to bear, how much of it is in use, and for how long the storage will last.
 */
@NullMarked
package io.atalaya.capacity;

import org.jspecify.annotations.NullMarked;
