/**
 * How much of what is promised has been used up: counts over time, burn rates, alerts and what survives a restart.
 */
@NullMarked
package io.atalaya.budget;

import org.jspecify.annotations.NullMarked;
