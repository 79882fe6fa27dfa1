@NullMarked
package io.atalaya.cli.trial;

import org.jspecify.annotations.NullMarked;
