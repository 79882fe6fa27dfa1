@NullMarked
package io.atalaya.generate;

import org.jspecify.annotations.NullMarked;
