/**
 * Indicators in a running gateway: events come from the log and the archive, answers for people, programs and scrapers go out.
 */
@NullMarked
package io.atalaya.kpiapi;

import org.jspecify.annotations.NullMarked;
