package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.http.Response;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.Test;

class AnswersTest {
    private static int status(Throwable failure) {
        List<Response> answers = new ArrayList<>();
        Answers.respond(answers::add, CompletableFuture.failedStage(failure));
        assertThat(answers).hasSize(1);
        return answers.getFirst().status();
    }

    @Test
    void whoIsNotThereNowIsNoFault() {
        assertThat(status(new TimeoutException("late"))).isEqualTo(503);
        assertThat(status(new RejectedExecutionException("stopped"))).isEqualTo(503);
        assertThat(status(new CompletionException(new RejectedExecutionException("stopped"))))
                .isEqualTo(503);
    }

    @Test
    void whatTheAskerDidWrongIsToldAndWhatWeDidIsNot() {
        assertThat(status(new Answers.BadRequest("tenant: none"))).isEqualTo(400);
        assertThat(status(new IllegalStateException("broken"))).isEqualTo(500);
    }
}
