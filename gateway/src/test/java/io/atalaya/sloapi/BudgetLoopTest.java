package io.atalaya.sloapi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Which moment a look is stamped with. */
class BudgetLoopTest {
    @ParameterizedTest
    @CsvSource({
        "2030-05-02T10:00:10Z,     2030-05-02T10:00:10Z",
        "2030-05-02T10:00:10.012Z, 2030-05-02T10:00:10Z",
        "2030-05-02T10:00:12Z,     2030-05-02T10:00:10Z",
        "2030-05-02T10:00:12.001Z, 2030-05-02T10:00:12.001Z",
        "2030-05-02T10:00:19.950Z, 2030-05-02T10:00:20Z",
        "2030-05-02T10:00:19.800Z, 2030-05-02T10:00:19.800Z"
    })
    void aLookThatIsALittleOffBelongsToTheGrid(Instant now, Instant stamp) {
        assertThat(BudgetLoop.onGrid(now)).isEqualTo(stamp);
    }
}
