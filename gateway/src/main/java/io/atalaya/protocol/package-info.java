/**
 * The wire: close codes, WebSocket frames (RFC 6455) as ready-made bytes, and what clients may say.
 */
@NullMarked
package io.atalaya.protocol;

import org.jspecify.annotations.NullMarked;
