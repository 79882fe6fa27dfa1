/**
 * Every way in leads here: parse, validate, bound, append to the log, and account for each event in exactly one
 * counted state. Transports (HTTP, Redis) turn the typed outcome into their own answer.
 */
@NullMarked
package io.atalaya.ingest;

import org.jspecify.annotations.NullMarked;
