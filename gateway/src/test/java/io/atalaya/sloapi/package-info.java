@NullMarked
package io.atalaya.sloapi;

import org.jspecify.annotations.NullMarked;
