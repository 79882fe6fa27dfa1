package io.atalaya.console;

import io.atalaya.auth.Principal;
import io.atalaya.hub.Hub;
import io.atalaya.hub.Session;
import io.atalaya.hub.SessionView;
import io.atalaya.hub.Shard;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds open sessions. Immutable. What never changes of a session is compared on the caller's thread; what its loop owns
 * is asked for on that loop, a few sessions at a time, so that deliveries go on in between.
 */
final class SessionSearch {
    private static final int SESSIONS_A_TURN = 500;
    private static final long PATIENCE_MILLIS = 2_000;

    private final Hub hub;

    SessionSearch(Hub hub) {
        this.hub = hub;
    }

    /**
     * What is looked for; empty texts match everything. Immutable.
     *
     * @param text contained in subject, tenant, a role or the client's address, whatever the case; or the session's number
     * @param topic contained in one of its topics
     * @param after only sessions with a higher number
     */
    record Wanted(String tenant, String endpoint, String subject, String text, String topic, long after, int limit) {
        private boolean matches(Session session) {
            Principal principal = session.principal();
            return (tenant.isEmpty() || tenant.equals(principal.tenant().value()))
                    && (endpoint.isEmpty() || endpoint.equals(session.endpoint().name()))
                    && (subject.isEmpty() || subject.equals(principal.subject()))
                    && (text.isEmpty() || mentions(session, principal));
        }

        private boolean mentions(Session session, Principal principal) {
            return contains(principal.subject())
                    || contains(principal.tenant().value())
                    || principal.roles().stream().anyMatch(this::contains)
                    || contains(String.valueOf(session.remoteAddress()))
                    || text.equals(Long.toString(session.id()));
        }

        private boolean contains(String where) {
            return where.toLowerCase(Locale.ROOT).contains(text.toLowerCase(Locale.ROOT));
        }
    }

    /**
     * A page of sessions, the lowest numbers first. Immutable.
     *
     * @param total how many match, on all pages
     * @param more whether some follow
     */
    record Found(int total, List<SessionView> page, boolean more) {}

    private record Held(Shard shard, Session session) {}

    private record Part(Shard shard, List<Session> sessions) {
        private Stream<Held> held() {
            return sessions.stream().map(session -> new Held(shard, session));
        }
    }

    /** Finds a page. Blocks; not for event loops. */
    Found find(Wanted wanted) {
        List<Held> matching = held().stream()
                .filter(held -> wanted.matches(held.session()))
                .sorted(Comparator.comparingLong(held -> held.session().id()))
                .toList();
        if (!wanted.topic().isEmpty()) {
            matching = onLoops(matching, held -> hasTopic(held.session(), wanted.topic()) ? held : null);
        }
        List<Held> rest = matching.stream()
                .filter(held -> held.session().id() > wanted.after())
                .toList();
        List<Held> page = rest.subList(0, Math.min(rest.size(), wanted.limit()));
        return new Found(matching.size(), views(page), rest.size() > page.size());
    }

    /** The open session of that number. Blocks; not for event loops. */
    Optional<SessionView> find(long id) {
        List<Held> held =
                held().stream().filter(one -> one.session().id() == id).toList();
        return views(held).stream().findFirst();
    }

    private List<Held> held() {
        return hub
                .ask(shard -> new Part(shard, shard.sessions()))
                .orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS)
                .join()
                .stream()
                .flatMap(Part::held)
                .toList();
    }

    private static boolean hasTopic(Session session, String text) {
        return session.topics().stream().anyMatch(topic -> topic.toString().contains(text));
    }

    private static List<SessionView> views(List<Held> held) {
        return onLoops(held, one -> one.session().hasEnded() ? null : SessionView.of(one.session()));
    }

    /** Asks about every session on its loop and keeps the answers that are not null, in the order of the sessions. */
    private static <T> List<T> onLoops(List<Held> held, Function<Held, @Nullable T> question) {
        var answers = new ArrayList<T>();
        for (int from = 0; from < held.size(); from += SESSIONS_A_TURN) {
            answers.addAll(turn(held.subList(from, Math.min(held.size(), from + SESSIONS_A_TURN)), question));
        }
        return answers;
    }

    private static <T> List<T> turn(List<Held> held, Function<Held, @Nullable T> question) {
        Map<Shard, List<Held>> byShard = held.stream().collect(Collectors.groupingBy(Held::shard));
        var parts = new ArrayList<CompletableFuture<Map<Long, T>>>();
        byShard.forEach((shard, ofShard) -> {
            var part = new CompletableFuture<Map<Long, T>>();
            parts.add(part);
            shard.execute(() -> part.complete(ask(ofShard, question)));
        });
        var answers = new HashMap<Long, T>();
        parts.forEach(part -> answers.putAll(
                part.orTimeout(PATIENCE_MILLIS, TimeUnit.MILLISECONDS).join()));
        return held.stream()
                .map(one -> answers.get(one.session().id()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static <T> Map<Long, T> ask(List<Held> held, Function<Held, @Nullable T> question) {
        var answers = new HashMap<Long, T>();
        for (Held one : held) {
            T answer = question.apply(one);
            if (answer != null) {
                answers.put(one.session().id(), answer);
            }
        }
        return answers;
    }
}
