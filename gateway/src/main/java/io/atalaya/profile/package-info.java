/**
 * A profile is data: endpoints, roles, audiences, event catalogue and commands of one family of clients, read from
 * YAML into records that cannot be invalid. The reader reports every problem of a file at once.
 */
@NullMarked
package io.atalaya.profile;

import org.jspecify.annotations.NullMarked;
