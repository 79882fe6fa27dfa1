@NullMarked
package io.atalaya.slow;

import org.jspecify.annotations.NullMarked;
