@NullMarked
package io.atalaya.recovery;

import org.jspecify.annotations.NullMarked;
