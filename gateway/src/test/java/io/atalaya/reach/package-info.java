@NullMarked
package io.atalaya.reach;

import org.jspecify.annotations.NullMarked;
