/**
 * The composition root: builds the object graph in dependency order and closes it in reverse.
 */
@NullMarked
package io.atalaya.gateway;

import org.jspecify.annotations.NullMarked;
