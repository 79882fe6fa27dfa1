/** What clients may do besides listening: commands that become events. */
@NullMarked
package io.atalaya.command;

import org.jspecify.annotations.NullMarked;
