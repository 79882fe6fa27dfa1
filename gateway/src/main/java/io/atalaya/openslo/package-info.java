/**
 * Objectives in the OpenSLO format, version 1, in and out.
 */
@NullMarked
package io.atalaya.openslo;

import org.jspecify.annotations.NullMarked;
