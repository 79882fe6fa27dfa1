@NullMarked
package io.atalaya.canary;

import org.jspecify.annotations.NullMarked;
