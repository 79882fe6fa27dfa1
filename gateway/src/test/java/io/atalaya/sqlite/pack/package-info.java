@NullMarked
package io.atalaya.sqlite.pack;

import org.jspecify.annotations.NullMarked;
