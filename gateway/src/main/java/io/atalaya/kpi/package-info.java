/**
 * Results for people who decide: what is declared over events, how it is reckoned by period, and how it stands.
 */
@NullMarked
package io.atalaya.kpi;

import org.jspecify.annotations.NullMarked;
