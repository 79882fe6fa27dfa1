package io.atalaya.auth;

import static io.atalaya.auth.Tokens.NOW;
import static io.atalaya.auth.Tokens.accepted;
import static io.atalaya.auth.Tokens.now;
import static io.atalaya.auth.Tokens.reason;
import static io.atalaya.auth.Tokens.staff;
import static io.atalaya.auth.Tokens.staffClaims;
import static io.atalaya.auth.Tokens.table;
import static io.atalaya.auth.Tokens.tableClaims;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import io.atalaya.auth.AuthOutcome.Reason;
import io.atalaya.auth.AuthOutcome.Unavailable;
import io.atalaya.auth.Authenticator.Standing;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.junit.jupiter.api.Test;

class CompositeAuthenticatorTest {
    private final Tokens.HandClock clock = new Tokens.HandClock();
    private final InMemoryRevocationList revocations = new InMemoryRevocationList(clock, 100);
    private final Authenticator staff =
            new StaffTokenAuthenticator(Tokens.config(), null, Tokens.STAFF, revocations, clock);
    private final Authenticator tables = new TableTokenAuthenticator(Tokens.config(), Tokens.TABLE, revocations, clock);

    @Test
    void acceptsACredentialOfAnyOfItsSchemes() {
        var either = composite(Map.entry("staff", staff), Map.entry("table", tables));

        assertThat(accepted(now(either, staff(staffClaims()))).scheme()).isEqualTo("staff");
        assertThat(accepted(now(either, table(tableClaims()))).scheme()).isEqualTo("table");
    }

    @Test
    void givesTheReasonThatTellsMost() {
        var either = composite(Map.entry("staff", staff), Map.entry("table", tables));
        String expired = Tokens.legacy("1:3:12:42:" + NOW.minusSeconds(60).getEpochSecond());

        assertThat(reason(now(either, expired))).isEqualTo(Reason.EXPIRED);
        assertThat(reason(now(either, "nonsense"))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(now(either, ""))).isEqualTo(Reason.MISSING);
    }

    @Test
    void doesNotTurnAwayForGoodWhatASchemeCouldNotJudge() {
        var either = composite(Map.entry("away", new Away()), Map.entry("staff", staff));

        assertThat(now(either, "nonsense")).isInstanceOf(Unavailable.class);
        accepted(now(either, staff(staffClaims())));
    }

    @Test
    void asksTheSchemeThatAcceptedAboutTheStanding() {
        var either = composite(Map.entry("staff", staff), Map.entry("table", tables));
        Principal guest = accepted(now(either, table(tableClaims())));
        revocations.revokeUser(guest.tenant(), "-42", NOW);

        assertThat(either.standing(guest).toCompletableFuture()).isCompletedWithValue(Standing.REVOKED);
    }

    @Test
    void holdsAPrincipalOfASchemeThatIsGoneForRevoked() {
        Principal guest = accepted(now(tables, table(tableClaims())));

        var standing = composite(Map.entry("staff", staff)).standing(guest);

        assertThat(standing.toCompletableFuture()).isCompletedWithValue(Standing.REVOKED);
    }

    @Test
    void needsAScheme() {
        assertThatIllegalArgumentException().isThrownBy(CompositeAuthenticatorTest::composite);
    }

    @Test
    void openOneCannotBeMadeByAccident() {
        assertThatIllegalStateException()
                .isThrownBy(() -> new OpenAuthenticator(Tokens.config(), Tokens.STAFF))
                .withMessageContaining("insecure");
    }

    @Test
    void openOneBelievesWhatATokenClaims() {
        var config = new AuthConfig(Optional.empty(), "", "", Optional.empty(), Optional.empty(), true);
        var openStaff = new OpenAuthenticator(config, Tokens.STAFF);
        var openTables = new OpenAuthenticator(config, Tokens.TABLE);

        Principal user = accepted(now(openStaff, Tokens.signed("{\"tenant_id\":1,\"sub\":\"7\"}", "whatever")));
        Principal guest = accepted(now(openTables, "1:3:12:42:1:" + "0".repeat(32)));

        assertThat(user.expiresAt()).isEqualTo(Instant.MAX);
        assertThat(guest.scope()).containsEntry("table_id", List.of("12"));
        assertThat(openStaff.standing(user).toCompletableFuture()).isCompletedWithValue(Standing.GOOD);
        assertThat(reason(now(openStaff, ""))).isEqualTo(Reason.MISSING);
        assertThat(reason(now(openStaff, "a.b.c"))).isEqualTo(Reason.MALFORMED);
        assertThat(reason(now(openStaff, Tokens.signed("{}", "whatever")))).isEqualTo(Reason.BAD_CLAIMS);
    }

    @SafeVarargs
    private static CompositeAuthenticator composite(Map.Entry<String, Authenticator>... schemes) {
        var byScheme = new LinkedHashMap<String, Authenticator>();
        for (Map.Entry<String, Authenticator> scheme : schemes) {
            byScheme.put(scheme.getKey(), scheme.getValue());
        }
        return new CompositeAuthenticator(byScheme);
    }

    private static final class Away implements Authenticator {
        @Override
        public CompletionStage<AuthOutcome> authenticate(String credential) {
            return CompletableFuture.completedFuture(new Unavailable("test"));
        }

        @Override
        public CompletionStage<Standing> standing(Principal principal) {
            return CompletableFuture.completedFuture(Standing.UNKNOWN);
        }
    }
}
