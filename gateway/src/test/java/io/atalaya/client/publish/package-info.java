/** Tests of publishing. */
@NullMarked
package io.atalaya.client.publish;

import org.jspecify.annotations.NullMarked;
