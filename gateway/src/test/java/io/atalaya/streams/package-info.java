@NullMarked
package io.atalaya.streams;

import org.jspecify.annotations.NullMarked;
