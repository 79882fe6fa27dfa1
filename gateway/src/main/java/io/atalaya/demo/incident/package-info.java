/**
 * An incident on purpose, and what the gateway's own accounts say of it.
 */
@NullMarked
package io.atalaya.demo.incident;

import org.jspecify.annotations.NullMarked;
