/** Gateways of the demonstration, for tests. */
@NullMarked
package io.atalaya.cli.trial;

import org.jspecify.annotations.NullMarked;
