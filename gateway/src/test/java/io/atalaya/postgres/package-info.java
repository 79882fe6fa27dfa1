@NullMarked
package io.atalaya.postgres;

import org.jspecify.annotations.NullMarked;
