/**
 * Who got an event and who did not: exactly, from what recipients have acknowledged, or derived from the rules and from
 * how far each session has got.
 */
@NullMarked
package io.atalaya.reach;

import org.jspecify.annotations.NullMarked;
