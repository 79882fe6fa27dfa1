/** Tests of the demo. */
@NullMarked
package io.atalaya.demo;

import org.jspecify.annotations.NullMarked;
