@NullMarked
package io.atalaya.query;

import org.jspecify.annotations.NullMarked;
