@NullMarked
package io.atalaya.collector;

import org.jspecify.annotations.NullMarked;
