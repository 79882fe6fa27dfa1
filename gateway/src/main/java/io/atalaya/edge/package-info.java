/**
 * The public port: the way in to the profile's endpoints whatever the wire, the publish API, public health and metrics.
 */
@NullMarked
package io.atalaya.edge;

import org.jspecify.annotations.NullMarked;
