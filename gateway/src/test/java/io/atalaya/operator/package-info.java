@NullMarked
package io.atalaya.operator;

import org.jspecify.annotations.NullMarked;
