@NullMarked
package io.atalaya.openslo;

import org.jspecify.annotations.NullMarked;
