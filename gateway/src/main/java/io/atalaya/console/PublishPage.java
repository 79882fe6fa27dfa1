package io.atalaya.console;

import io.atalaya.edge.PublishRoute;
import io.atalaya.event.TenantId;
import io.atalaya.http.Problem;
import io.atalaya.http.Request;
import io.atalaya.http.Response;
import io.atalaya.http.Route.Responder;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.Submission;
import io.atalaya.ingest.Submission.Answer;
import io.atalaya.ingest.Submission.Format;
import io.atalaya.ingest.Submission.Scope;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code POST /api/v1/publish}: an operator publishes by hand, through the same intake as everyone. Immutable; made of
 * thread-safe parts.
 */
public final class PublishPage {
    private static final Logger log = LoggerFactory.getLogger(PublishPage.class);

    private final Intake intake;

    public PublishPage(Intake intake) {
        this.intake = intake;
    }

    /** Takes one event, or an array of them; of one tenant only where {@code ?tenant=} names it. */
    public void onPublish(Request request, Responder responder) {
        Optional<String> tenant = request.parameter("tenant");
        if (tenant.isPresent() && !TenantId.isValid(tenant.get())) {
            responder.respond(Response.problem(
                    Problem.of(400, "tenant: %.64s (expected: 1 to 64 of [A-Za-z0-9._-])".formatted(tenant.get()))));
            return;
        }
        Scope scope = tenant.map(TenantId::new).map(Scope::of).orElseGet(Scope::everyTenant);
        var submission = new Submission(Source.CONSOLE, scope, request.body(), Format.JSON, Answer.COMMITTED);
        intake.submit(submission)
                .whenCompleteAsync(
                        (outcome, failure) -> {
                            Response answer = failure == null
                                    ? PublishRoute.answer(outcome)
                                    : Response.problem(Problem.of(500, "the request could not be handled"));
                            log.atInfo()
                                    .addKeyValue("remote", request.remoteAddress())
                                    .addKeyValue("status", answer.status())
                                    .log("an operator published by hand");
                            responder.respond(answer);
                        },
                        request.eventLoop());
    }
}
