@NullMarked
package io.atalaya.sqlite.log;

import org.jspecify.annotations.NullMarked;
