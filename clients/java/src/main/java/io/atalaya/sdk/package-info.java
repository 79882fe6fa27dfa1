/**
 * Follows an endpoint of the gateway for as long as its owner wants, over as many connections as it takes. Needs Java 17
 * and a JSON parser, nothing else.
 */
@NullMarked
package io.atalaya.sdk;

import org.jspecify.annotations.NullMarked;
