package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletionStage;

/** Carries a notice to a target. Never blocks. */
@FunctionalInterface
interface Sender {
    /**
     * Posts JSON.
     *
     * @return completes with what came of it; never exceptionally
     */
    CompletionStage<Answer> post(TargetConfig target, String path, String json);

    /** What came of an attempt. */
    sealed interface Answer {
        /** It was taken. */
        record Taken() implements Answer {}

        /** It will never be taken as it is. */
        record Refused(String why) implements Answer {}

        /**
         * It may be taken another time.
         *
         * @param after what the target asked to wait
         */
        record Failed(String why, Optional<Duration> after) implements Answer {}
    }
}
