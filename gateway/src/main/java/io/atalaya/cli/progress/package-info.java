/** How commands that take their time say what they are doing. */
@NullMarked
package io.atalaya.cli.progress;

import org.jspecify.annotations.NullMarked;
