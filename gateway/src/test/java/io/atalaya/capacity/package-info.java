@NullMarked
package io.atalaya.capacity;

import org.jspecify.annotations.NullMarked;
