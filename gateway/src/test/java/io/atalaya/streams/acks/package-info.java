@NullMarked
package io.atalaya.streams.acks;

import org.jspecify.annotations.NullMarked;
