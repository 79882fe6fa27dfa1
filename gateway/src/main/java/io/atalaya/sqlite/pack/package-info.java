/** Events of the file as values of many. */
@NullMarked
package io.atalaya.sqlite.pack;

import org.jspecify.annotations.NullMarked;
