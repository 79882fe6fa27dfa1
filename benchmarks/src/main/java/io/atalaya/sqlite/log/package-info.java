/** The embedded log and archive under load. */
@NullMarked
package io.atalaya.sqlite.log;

import org.jspecify.annotations.NullMarked;
