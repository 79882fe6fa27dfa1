/**
 * The public port: WebSocket endpoints of the profile, the publish API, public health and metrics.
 */
@NullMarked
package io.atalaya.edge;

import org.jspecify.annotations.NullMarked;
