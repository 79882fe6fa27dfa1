/** Tests of authentication. */
@NullMarked
package io.atalaya.auth;

import org.jspecify.annotations.NullMarked;
