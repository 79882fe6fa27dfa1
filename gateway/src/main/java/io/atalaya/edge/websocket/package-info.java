/** WebSockets of the public port: the handshake, what clients send, what they are answered. */
@NullMarked
package io.atalaya.edge.websocket;

import org.jspecify.annotations.NullMarked;
