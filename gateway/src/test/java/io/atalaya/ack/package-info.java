@NullMarked
package io.atalaya.ack;

import org.jspecify.annotations.NullMarked;
