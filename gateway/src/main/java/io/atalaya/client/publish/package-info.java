/**
 * Publishing events to a gateway over HTTP, with a typed outcome.
 */
@NullMarked
package io.atalaya.client.publish;

import org.jspecify.annotations.NullMarked;
