@NullMarked
package io.atalaya.retained;

import org.jspecify.annotations.NullMarked;
