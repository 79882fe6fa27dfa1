package io.atalaya.edge;

import io.atalaya.assignment.Assignments;
import io.atalaya.auth.Authenticator;
import io.atalaya.command.CommandDesk;
import io.atalaya.hub.Hub;
import io.atalaya.hub.HubConfig;
import io.atalaya.profile.Profile;
import io.atalaya.recovery.Recovery;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * What the connections of the public port share. Immutable; everything in it is thread-safe.
 *
 * @param authenticators by name of the profile's authentication scheme
 * @param nanoClock monotonic clock
 */
public record EdgeContext(
        Profile profile,
        Map<String, Authenticator> authenticators,
        Assignments assignments,
        Hub hub,
        Recovery recovery,
        CommandDesk commands,
        HubConfig limits,
        EdgeConfig config,
        LongSupplier nanoClock) {

    public EdgeContext {
        authenticators = Map.copyOf(authenticators);
    }
}
