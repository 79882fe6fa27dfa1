/**
 * The commands about indicators.
 */
@NullMarked
package io.atalaya.cli.kpi;

import org.jspecify.annotations.NullMarked;
