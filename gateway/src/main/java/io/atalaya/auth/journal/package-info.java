/**
 * Revocations that outlive the process where no Redis keeps them: a list in memory behind a small file. Knows nothing of
 * who asks; the file is its own.
 */
@NullMarked
package io.atalaya.auth.journal;

import org.jspecify.annotations.NullMarked;
