@NullMarked
package io.atalaya.sqlite.acks;

import org.jspecify.annotations.NullMarked;
