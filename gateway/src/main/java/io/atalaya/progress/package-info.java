/** How far each session has got with what is for it, and who has left lately. */
@NullMarked
package io.atalaya.progress;

import org.jspecify.annotations.NullMarked;
