/**
 * Who is asking: turns a credential into a {@link io.atalaya.auth.Principal} or a refusal, and answers later whether
 * that principal still stands. Fails closed. Knows nothing of sockets: callers decide what a refusal looks like.
 */
@NullMarked
package io.atalaya.auth;

import org.jspecify.annotations.NullMarked;
