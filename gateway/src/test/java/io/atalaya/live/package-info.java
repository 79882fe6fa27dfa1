@NullMarked
package io.atalaya.live;

import org.jspecify.annotations.NullMarked;
