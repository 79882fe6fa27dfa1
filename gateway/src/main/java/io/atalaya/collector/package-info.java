/**
 * The HTTP dialect of an event collector, over the gateway's own pipeline: services post what happened, operators search
 * it. Spoken when the profile has a {@code collector} section.
 */
@NullMarked
package io.atalaya.collector;

import org.jspecify.annotations.NullMarked;
