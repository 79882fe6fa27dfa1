package io.atalaya.config;

import io.atalaya.yaml.Problem;
import java.util.List;

/** What came of reading the settings and the profile that they name. */
public sealed interface ConfigOutcome {
    /** What is worth saying once at start but stops nothing, a line each. */
    List<String> notes();

    /** Good to run with. */
    record Valid(GatewayConfig config, List<String> notes) implements ConfigOutcome {
        public Valid {
            notes = List.copyOf(notes);
        }
    }

    /** Everything that is wrong with settings and profile; at least one problem. */
    record Invalid(List<Problem> problems, List<String> notes) implements ConfigOutcome {
        public Invalid {
            problems = List.copyOf(problems);
            notes = List.copyOf(notes);
        }
    }
}
