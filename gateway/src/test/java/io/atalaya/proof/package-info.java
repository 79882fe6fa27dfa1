@NullMarked
package io.atalaya.proof;

import org.jspecify.annotations.NullMarked;
