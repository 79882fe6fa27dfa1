package io.atalaya.hub;

import io.atalaya.auth.Authenticator.Standing;
import io.atalaya.auth.Principal;
import java.util.concurrent.CompletionStage;

/** Answers whether a principal accepted earlier may stay. Thread-safe; never blocks; never fails. */
@FunctionalInterface
public interface Standings {
    CompletionStage<Standing> of(Principal principal);
}
