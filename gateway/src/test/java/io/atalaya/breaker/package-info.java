@NullMarked
package io.atalaya.breaker;

import org.jspecify.annotations.NullMarked;
