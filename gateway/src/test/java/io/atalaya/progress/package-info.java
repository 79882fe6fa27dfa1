@NullMarked
package io.atalaya.progress;

import org.jspecify.annotations.NullMarked;
