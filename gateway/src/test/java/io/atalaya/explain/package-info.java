@NullMarked
package io.atalaya.explain;

import org.jspecify.annotations.NullMarked;
