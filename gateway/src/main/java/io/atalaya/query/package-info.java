/**
 * Reading back over HTTP: stored events, what clients missed, why a session gets an event, and how log and archive are.
 * Every read runs off the event loops, few at a time and not for long, so that readers cannot starve delivery.
 */
@NullMarked
package io.atalaya.query;

import org.jspecify.annotations.NullMarked;
