@NullMarked
package io.atalaya.demo.incident;

import org.jspecify.annotations.NullMarked;
