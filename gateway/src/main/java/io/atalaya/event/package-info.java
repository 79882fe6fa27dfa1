/**
 * The values that everything else speaks of: events, their identity, the topics that they are delivered to and their
 * positions in the log. Immutable, without behaviour that needs a server, and without third-party types.
 */
@NullMarked
package io.atalaya.event;

import org.jspecify.annotations.NullMarked;
