/** What keeps a failing server from being called in vain, and callers from coming back all at once. */
@NullMarked
package io.atalaya.breaker;

import org.jspecify.annotations.NullMarked;
