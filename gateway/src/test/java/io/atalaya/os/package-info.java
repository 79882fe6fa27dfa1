@NullMarked
package io.atalaya.os;

import org.jspecify.annotations.NullMarked;
