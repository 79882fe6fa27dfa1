package io.atalaya.alerting;

import io.atalaya.alerting.AlertingConfig.TargetConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Remembers what was posted and answers as it was told to. Confined to the test's thread. */
final class Posts implements Sender {
    final List<JsonNode> bodies = new ArrayList<>();
    final List<String> paths = new ArrayList<>();
    private Answer answer = new Answer.Taken();

    void answer(Answer next) {
        answer = next;
    }

    @Override
    public CompletionStage<Answer> post(TargetConfig target, String path, String json) {
        bodies.add(JsonMapper.shared().readTree(json));
        paths.add(path);
        return CompletableFuture.completedFuture(answer);
    }
}
