package io.atalaya.auth;

import static java.util.concurrent.CompletableFuture.completedFuture;

import io.atalaya.auth.AuthOutcome.Accepted;
import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Refused;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SequencedMap;
import java.util.concurrent.CompletionStage;

/**
 * Accepts a credential of any of several schemes. Immutable.
 *
 * <p>The schemes are asked in order until one accepts. When none does, one that could not be asked prevails, since it
 * might have accepted; else the refusal that came furthest, which tells most: an expired table token is malformed as a
 * staff token, but what matters is that it expired.
 */
public final class CompositeAuthenticator implements Authenticator {
    private final Map<String, Authenticator> byScheme;

    /** @param byScheme by the name of the scheme, as in {@link Principal#scheme}, in the order to ask; not empty */
    public CompositeAuthenticator(SequencedMap<String, Authenticator> byScheme) {
        if (byScheme.isEmpty()) {
            throw new IllegalArgumentException("authentication schemes: none (expected: at least one)");
        }
        this.byScheme = new LinkedHashMap<>(byScheme);
    }

    @Override
    public CompletionStage<AuthOutcome> authenticate(String credential) {
        return ask(byScheme.values().iterator(), credential, new Refused(Reason.MISSING));
    }

    private static CompletionStage<AuthOutcome> ask(Iterator<Authenticator> rest, String credential, AuthOutcome best) {
        if (!rest.hasNext()) {
            return completedFuture(best);
        }
        return rest.next()
                .authenticate(credential)
                .thenCompose(outcome -> outcome instanceof Accepted
                        ? completedFuture(outcome)
                        : ask(rest, credential, furthest(best, outcome)));
    }

    /** Reasons are declared in the order of the checks that they come from. */
    private static AuthOutcome furthest(AuthOutcome one, AuthOutcome other) {
        if (one instanceof Refused(Reason former) && other instanceof Refused(Reason latter)) {
            return latter.compareTo(former) > 0 ? other : one;
        }
        return one instanceof Refused ? other : one;
    }

    /** Asks the scheme that accepted the principal. A principal of a scheme that is gone is revoked with it. */
    @Override
    public CompletionStage<Standing> standing(Principal principal) {
        Authenticator scheme = byScheme.get(principal.scheme());
        return scheme == null ? completedFuture(Standing.REVOKED) : scheme.standing(principal);
    }
}
