@NullMarked
package io.atalaya.sqlite;

import org.jspecify.annotations.NullMarked;
