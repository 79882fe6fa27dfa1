/** Tests of the client. */
@NullMarked
package io.atalaya.client;

import org.jspecify.annotations.NullMarked;
