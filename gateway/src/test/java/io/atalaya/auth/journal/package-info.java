@NullMarked
package io.atalaya.auth.journal;

import org.jspecify.annotations.NullMarked;
