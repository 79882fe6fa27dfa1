/**
 * Named situations, played against the packaged product from outside: its jar, its settings, its ports and its exit
 * status. Nothing here sees a class of the product.
 */
@NullMarked
package io.atalaya.acceptance;

import org.jspecify.annotations.NullMarked;
