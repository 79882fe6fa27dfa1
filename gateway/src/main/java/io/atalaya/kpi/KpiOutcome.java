package io.atalaya.kpi;

import io.atalaya.yaml.Problem;
import java.util.List;

/** What came of reading indicators. */
public sealed interface KpiOutcome {
    /** They are complete and consistent with the catalogue of metrics. */
    record Valid(KpiFile file) implements KpiOutcome {}

    /** Everything that is wrong; at least one problem. */
    record Invalid(List<Problem> problems) implements KpiOutcome {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
