package io.atalaya.slo;

import io.atalaya.yaml.Problem;
import java.util.List;

/** What came of reading the objectives. */
public sealed interface SloOutcome {
    /** They are complete and consistent with the catalogue. */
    record Valid(SloFile file, Catalogue catalogue) implements SloOutcome {}

    /** Everything that is wrong; at least one problem. */
    record Invalid(List<Problem> problems) implements SloOutcome {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
