/**
 * What is promised: objectives, what they are measured by, the metrics that exist, and the file that declares them.
 */
@NullMarked
package io.atalaya.slo;

import org.jspecify.annotations.NullMarked;
