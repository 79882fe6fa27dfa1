/** Event streams of the public port: the same sessions for clients that only read, and how these acknowledge. */
@NullMarked
package io.atalaya.edge.sse;

import org.jspecify.annotations.NullMarked;
