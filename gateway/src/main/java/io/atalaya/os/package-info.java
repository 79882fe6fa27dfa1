/** What the operating system is told. */
@NullMarked
package io.atalaya.os;

import org.jspecify.annotations.NullMarked;
