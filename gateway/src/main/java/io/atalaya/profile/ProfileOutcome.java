package io.atalaya.profile;

import io.atalaya.yaml.Problem;
import java.util.List;
import java.util.Map;

/** What came of reading a profile. */
public sealed interface ProfileOutcome {
    /**
     * The profile is complete and consistent.
     *
     * @param switches the profile's switches as they are in effect
     */
    record Valid(Profile profile, Map<String, Boolean> switches) implements ProfileOutcome {
        public Valid {
            switches = Map.copyOf(switches);
        }
    }

    /** Everything that is wrong with it; at least one problem. */
    record Invalid(List<Problem> problems) implements ProfileOutcome {
        public Invalid {
            problems = List.copyOf(problems);
        }
    }
}
