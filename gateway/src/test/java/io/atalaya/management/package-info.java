/** Tests of the operators' port: pages on fixed samples, exchanges in embedded channels, golden expositions. */
@NullMarked
package io.atalaya.management;

import org.jspecify.annotations.NullMarked;
