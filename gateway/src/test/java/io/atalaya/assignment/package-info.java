/** Tests of assignments. */
@NullMarked
package io.atalaya.assignment;

import org.jspecify.annotations.NullMarked;
