/** Acknowledgements beside the log on Redis, shared by the gateways that share the log. */
@NullMarked
package io.atalaya.streams.acks;

import org.jspecify.annotations.NullMarked;
