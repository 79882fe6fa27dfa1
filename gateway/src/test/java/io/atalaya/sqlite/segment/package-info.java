@NullMarked
package io.atalaya.sqlite.segment;

import org.jspecify.annotations.NullMarked;
