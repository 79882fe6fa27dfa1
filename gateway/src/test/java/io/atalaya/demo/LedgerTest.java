package io.atalaya.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.demo.Ledger.Counts;
import io.atalaya.demo.Person.Role;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class LedgerTest {
    private final Evening evening = Evening.plan(1);
    private final Step step = evening.steps().stream()
            .filter(s -> s.hearers().size() >= 3 && s.restaurant().tenant() == 1)
            .findFirst()
            .orElseThrow();
    private final Ledger ledger = new Ledger();

    @BeforeEach
    void open() {
        ledger.onDoorsOpen(evening.people());
        ledger.onPublishing(step, 1_000);
    }

    @Test
    void everyoneHearingOnceIsClean() {
        hearAll();
        ledger.onDoorsClosed();

        Counts counts = ledger.view().counts();
        assertThat(counts.clean()).isTrue();
        assertThat(counts.received()).isEqualTo(step.hearers().size());
        assertThat(ledger.view().latency().getTotalCount())
                .isEqualTo(step.hearers().size());
        assertThat(ledger.awaited()).isZero();
    }

    @Test
    void aDeliveryThatNeverCameIsLost() {
        step.hearers().stream().skip(1).forEach(this::hear);

        ledger.onDoorsClosed();

        assertThat(ledger.view().counts().lost()).isEqualTo(1);
        assertThat(ledger.view().counts().clean()).isFalse();
        assertThat(ledger.view().faults()).singleElement().asString().startsWith("lost: 1 of ");
    }

    @Test
    void aSecondDeliveryIsADuplicate() {
        hearAll();

        hear(step.hearers().getFirst());

        assertThat(ledger.view().counts().duplicated()).isEqualTo(1);
        assertThat(ledger.view().counts().received()).isEqualTo(step.hearers().size());
    }

    @Test
    void aDeliveryToSomebodyElseIsALeak() {
        Person other = evening.people().stream()
                .filter(person -> person.tenant() == 1 && !step.hearers().contains(person))
                .findFirst()
                .orElseThrow();

        hear(other);

        assertThat(ledger.view().counts().leaked()).isEqualTo(1);
    }

    @Test
    void anEventOfAnotherTenantIsALeakEvenWithTheSameId() {
        Person stranger = evening.people().stream()
                .filter(person -> person.tenant() == 2 && person.role() == Role.ADMIN)
                .findFirst()
                .orElseThrow();

        ledger.onReceived(stranger, 1, step.id(), 2_000);

        assertThat(ledger.view().counts().leaked()).isEqualTo(1);
        assertThat(ledger.view().faults()).singleElement().asString().contains("Sakura");
    }

    @Test
    void aMessageThatIsNoEventIsALeak() {
        ledger.onReceived(step.hearers().getFirst(), 1, "", 2_000);

        assertThat(ledger.view().counts().leaked()).isEqualTo(1);
    }

    @Test
    void anEventPublishedByHandIsCountedButNoFault() {
        Person admin = step.hearers().getFirst();

        ledger.onReceived(admin, admin.tenant(), "01J-mine", 2_000);
        hearAll();

        assertThat(ledger.view().counts().byHand()).isEqualTo(1);
        assertThat(ledger.view().counts().clean()).isTrue();
    }

    @Test
    void aRefusedEventIsAwaitedNoLonger() {
        ledger.onRefused(step, "full");
        ledger.onDoorsClosed();

        Counts counts = ledger.view().counts();
        assertThat(counts.refused()).isEqualTo(1);
        assertThat(counts.expected()).isZero();
        assertThat(counts.lost()).isZero();
        assertThat(counts.clean()).isFalse();
    }

    @Test
    void aClientThatIsCutOffIsAFault() {
        ledger.onCut(step.hearers().getFirst(), "closed with 1013");

        assertThat(ledger.view().counts().clean()).isFalse();
        assertThat(ledger.view().faults()).singleElement().asString().contains("closed with 1013");
    }

    @Test
    void onlyTheFirstFewFaultsAreToldInWords() {
        for (int i = 0; i < 100; i++) {
            ledger.onReceived(step.hearers().getFirst(), 1, "", 2_000);
        }

        assertThat(ledger.view().faults()).hasSize(5);
        assertThat(ledger.view().counts().leaked()).isEqualTo(100);
    }

    @Test
    void eachRoleHasItsTally() {
        hearAll();

        var tallies = ledger.view().tallies().get(1);

        assertThat(tallies).isNotNull();
        assertThat(List.copyOf(tallies.keySet())).containsExactly(Role.values());
        tallies.values().forEach(tally -> assertThat(tally.received()).isEqualTo(tally.expected()));
    }

    private void hearAll() {
        step.hearers().forEach(this::hear);
    }

    private void hear(Person person) {
        ledger.onReceived(person, person.tenant(), step.id(), 2_000_000);
    }
}
