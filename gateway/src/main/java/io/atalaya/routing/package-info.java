/**
 * From an event to its topics and from a principal to the topics of its sessions. Pure functions compiled from a
 * profile; the same rules serve live delivery and everything that has to explain it.
 */
@NullMarked
package io.atalaya.routing;

import org.jspecify.annotations.NullMarked;
