/** Tests of the command line. */
@NullMarked
package io.atalaya.cli;

import org.jspecify.annotations.NullMarked;
