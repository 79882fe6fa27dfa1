/**
 * Who is responsible for what today: the waiter's sectors, and whatever else a profile lets a repository assign to a
 * user. Behind one interface with a cache, so that the source can be a file, the management API or SQL.
 */
@NullMarked
package io.atalaya.assignment;

import org.jspecify.annotations.NullMarked;
