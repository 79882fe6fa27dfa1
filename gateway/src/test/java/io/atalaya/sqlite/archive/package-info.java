@NullMarked
package io.atalaya.sqlite.archive;

import org.jspecify.annotations.NullMarked;
