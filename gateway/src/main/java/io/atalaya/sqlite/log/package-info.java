/** The durable log of a gateway with nothing else installed. */
@NullMarked
package io.atalaya.sqlite.log;

import org.jspecify.annotations.NullMarked;
