@NullMarked
package io.atalaya.slo;

import org.jspecify.annotations.NullMarked;
