/** Tests of what commands say while they take their time. */
@NullMarked
package io.atalaya.cli.progress;

import org.jspecify.annotations.NullMarked;
