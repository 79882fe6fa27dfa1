@NullMarked
package io.atalaya.archive;

import org.jspecify.annotations.NullMarked;
