@NullMarked
package io.atalaya.budget;

import org.jspecify.annotations.NullMarked;
