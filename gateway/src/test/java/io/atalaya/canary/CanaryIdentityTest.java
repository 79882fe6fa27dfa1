package io.atalaya.canary;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.auth.AuthOutcome;
import io.atalaya.auth.Authenticator;
import io.atalaya.event.TenantId;
import io.atalaya.profile.Profile;
import io.atalaya.profile.ProfileOutcome;
import io.atalaya.profile.ProfileReader;
import io.atalaya.profile.ProfileSource;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Nobody else comes in, and nothing of it goes elsewhere. */
class CanaryIdentityTest {
    private static Profile profile(String name) {
        return switch (ProfileReader.read(ProfileSource.of(name, Path.of("")), ProfileReader.Switches.NONE)) {
            case ProfileOutcome.Valid valid -> valid.profile();
            case ProfileOutcome.Invalid invalid -> throw new AssertionError(invalid.problems());
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"restaurant", "ingest", "operations"})
    void aProfileGetsOneEndpointMoreAndItsOwnKeepTheirs(String name) {
        Profile before = profile(name);

        Profile after = CanaryIdentity.into(before);

        assertThat(after.endpoints()).hasSize(before.endpoints().size() + 1).containsAllEntriesOf(before.endpoints());
        assertThat(after.events()).containsAllEntriesOf(before.events());
        assertThat(before.endpoints().values().stream()
                        .flatMap(endpoint -> endpoint.joins().stream())
                        .flatMap(join -> join.topics().stream()))
                .noneMatch(topic -> topic.name().equals(CanaryIdentity.NAME));
        assertThat(after.ruleOf(CanaryIdentity.TYPE).orElseThrow().durable()).isTrue();
    }

    @Test
    void onlyItsOwnTokenLetsIn() {
        var identity = new CanaryIdentity(profile("restaurant"), new SecureRandom());
        var other = new CanaryIdentity(profile("restaurant"), new SecureRandom());
        Authenticator check = identity.authenticators().values().iterator().next();

        assertThat(check.authenticate(token(identity)).toCompletableFuture().join())
                .isInstanceOfSatisfying(
                        AuthOutcome.Accepted.class,
                        accepted -> assertThat(accepted.principal().tenant()).isEqualTo(TenantId.OWN_NUMBER));
        assertThat(check.authenticate(token(other)).toCompletableFuture().join())
                .isInstanceOf(AuthOutcome.Refused.class);
        assertThat(check.authenticate("").toCompletableFuture().join()).isInstanceOf(AuthOutcome.Refused.class);
    }

    private static String token(CanaryIdentity identity) {
        String target = identity.target();
        return target.substring(target.indexOf('=') + 1, target.indexOf('&'));
    }

    @Test
    void itsEventHasWhatTheProfileWants() {
        var numbered = new CanaryIdentity(profile("restaurant"), new SecureRandom());
        var named = new CanaryIdentity(profile("ingest"), new SecureRandom());

        JsonNode event = JsonMapper.shared().readTree(numbered.event("x", Instant.EPOCH));
        assertThat(event.path("tenant_id").isIntegralNumber()).isTrue();
        assertThat(event.path("type").asString()).isEqualTo("ATALAYA_CANARY");
        assertThat(JsonMapper.shared()
                        .readTree(named.event("x", Instant.EPOCH))
                        .path("tenant_id")
                        .asString())
                .isEqualTo("atalaya-canary");
        assertThat(numbered.eventId(1)).isNotEqualTo(named.eventId(1));
    }
}
