package io.atalaya.command;

import io.atalaya.auth.Principal;
import io.atalaya.command.CommandAnswer.Fault;
import io.atalaya.event.TenantId;
import io.atalaya.ingest.Intake;
import io.atalaya.ingest.IntakeBook.Source;
import io.atalaya.ingest.Submission;
import io.atalaya.ingest.SubmitOutcome;
import io.atalaya.ingest.SubmitOutcome.EventProblem;
import io.atalaya.profile.AuthenticationScheme;
import io.atalaya.profile.Command;
import io.atalaya.profile.Command.Taken;
import io.atalaya.profile.Endpoint;
import io.atalaya.profile.EventSchema;
import io.atalaya.profile.Profile;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * Turns commands of clients into events. Immutable and thread-safe; never blocks. The sender's credential decides the
 * tenant and, where a claim speaks of a routing member, which values it may have; the profile decides the type, and
 * the intake judges the event as it judges every other.
 */
public final class CommandDesk {
    private static final JsonMapper JSON = JsonMapper.shared();

    private final Profile profile;
    private final Intake intake;
    private final SecureRandom random = new SecureRandom();

    public CommandDesk(Profile profile, Intake intake) {
        this.profile = profile;
        this.intake = intake;
    }

    /** An answer, ready to be sent. Immutable. */
    public record Reply(boolean success, String json) {}

    /**
     * Carries out a command.
     *
     * @param message what the client sent, UTF-8
     * @return completes when the event is committed or refused; never exceptionally
     */
    public CompletionStage<Reply> take(Endpoint endpoint, Principal sender, Command.Publish command, byte[] message) {
        CommandRequest request = CommandRequest.of(message);
        return answer(endpoint, sender, command, request).thenApply(answer -> {
            String json = answer.json(command.text(), request.reference(), command.idAs());
            return new Reply(answer.success(), json);
        });
    }

    private CompletionStage<CommandAnswer> answer(
            Endpoint endpoint, Principal sender, Command.Publish command, CommandRequest request) {
        if (!command.roles().isEmpty() && !sender.hasAnyRole(command.roles())) {
            String roles = command.roles().stream().sorted().toList().toString();
            return done(
                    new CommandAnswer.Forbidden("the roles may not send this (expected: one of %s)".formatted(roles)));
        }
        if (request.fault().isPresent()) {
            return done(new CommandAnswer.Invalid(List.of(request.fault().get())));
        }
        List<Fault> faults = faults(command, request.data());
        if (!faults.isEmpty()) {
            return done(new CommandAnswer.Invalid(faults));
        }
        String foreign = foreign(endpoint, sender, request.data());
        if (foreign != null) {
            return done(new CommandAnswer.Forbidden(foreign));
        }
        byte[] event = JSON.writeValueAsBytes(event(sender, command, request.data()));
        var submission = new Submission(
                Source.COMMAND,
                Submission.Scope.of(sender.tenant()),
                event,
                Submission.Format.JSON,
                Submission.Answer.COMMITTED);
        return intake.submit(submission).thenApply(CommandDesk::answer);
    }

    private static CompletionStage<CommandAnswer> done(CommandAnswer answer) {
        return CompletableFuture.completedFuture(answer);
    }

    private static List<Fault> faults(Command.Publish command, ObjectNode data) {
        var faults = new ArrayList<Fault>();
        for (String name : data.propertyNames()) {
            if (!command.takes().containsKey(name)) {
                String expected = "one of " + String.join(", ", command.takes().keySet());
                faults.add(new Fault(CommandRequest.shortened(name), "an unknown member", expected));
            }
        }
        command.takes().forEach((name, taken) -> {
            JsonNode value = data.path(name);
            if (taken.required() && value.isMissingNode()) {
                faults.add(new Fault(name, "nothing", "a value"));
            } else if (taken.required()
                    && value.isString()
                    && value.stringValue().isBlank()) {
                faults.add(new Fault(name, "an empty text", "a text"));
            } else if (!isOneOf(taken, value)) {
                faults.add(new Fault(name, "another value", "one of " + String.join(", ", taken.oneOf())));
            }
        });
        return faults;
    }

    private static boolean isOneOf(Taken taken, JsonNode value) {
        return taken.oneOf().isEmpty()
                || value.isMissingNode()
                || (value.isString() && taken.oneOf().contains(value.stringValue()));
    }

    /** What the credential does not entitle to; null when there is no such thing. */
    private @Nullable String foreign(Endpoint endpoint, Principal sender, ObjectNode data) {
        AuthenticationScheme scheme = endpoint.authentication().acceptedBy(sender.scheme());
        for (String member : scheme.scope().keySet()) {
            JsonNode value = data.path(member);
            List<String> entitled = sender.scope().getOrDefault(member, List.of());
            if (!value.isMissingNode() && !value.isNull() && !entitled.contains(value.asString(""))) {
                return "%s: not one that the credential entitles to".formatted(member);
            }
        }
        return null;
    }

    private ObjectNode event(Principal sender, Command.Publish command, ObjectNode data) {
        ObjectNode event = JSON.createObjectNode();
        event.put("type", command.eventType());
        putTenant(event, sender.tenant());
        for (Map.Entry<String, Taken> taken : command.takes().entrySet()) {
            JsonNode value = data.path(taken.getKey());
            if (!value.isMissingNode()) {
                event.set(taken.getKey(), value);
            }
        }
        command.sets().forEach(event::put);
        if (!command.sender().isEmpty()) {
            event.put(command.sender(), sender.subject());
        }
        if (!command.idIn().isEmpty()) {
            String id = HexFormat.of().toHexDigits(random.nextLong())
                    + HexFormat.of().toHexDigits(random.nextLong());
            event.put("id", id);
            event.put(command.idIn(), id);
        }
        return event;
    }

    private void putTenant(ObjectNode event, TenantId tenant) {
        EventSchema.Member member = profile.schema().members().get("tenant_id");
        boolean number = member != null && member.kind() == EventSchema.Kind.INTEGER;
        if (number && tenant.value().matches("\\d{1,18}")) {
            event.put("tenant_id", Long.parseLong(tenant.value()));
        } else {
            event.put("tenant_id", tenant.value());
        }
    }

    private static CommandAnswer answer(SubmitOutcome outcome) {
        return switch (outcome) {
            case SubmitOutcome.Accepted accepted ->
                new CommandAnswer.Done(accepted.ids().getFirst(), accepted.cursor());
            case SubmitOutcome.Invalid(List<EventProblem> problems, int _) -> invalid(problems);
            case SubmitOutcome.TooLarge(List<EventProblem> problems, int _) -> invalid(problems);
            case SubmitOutcome.Forbidden(List<EventProblem> problems, int _) -> invalid(problems);
            case SubmitOutcome.TooMany _ -> invalid(List.of());
            case SubmitOutcome.Busy busy ->
                new CommandAnswer.Unavailable("too many events wait for their commit", busy.retryAfter());
            case SubmitOutcome.Full full ->
                new CommandAnswer.Unavailable("the log is full: the archive is behind", full.retryAfter());
            case SubmitOutcome.Failed failed ->
                new CommandAnswer.Unavailable("the log could not store", failed.retryAfter());
        };
    }

    private static CommandAnswer invalid(List<EventProblem> problems) {
        return new CommandAnswer.Invalid(problems.stream()
                .map(problem -> new Fault(problem.field(), problem.found(), problem.expected()))
                .toList());
    }
}
