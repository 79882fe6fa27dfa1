package io.atalaya.ingest;

import io.atalaya.event.TenantId;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Events from a caller who waits for the outcome. Immutable, as long as nobody writes to the bytes given. */
public final class Submission {
    private final IntakeBook.Source source;
    private final Scope scope;
    private final byte[] body;
    private final Format format;
    private final Answer answer;

    /**
     * @param scope the tenants that the caller speaks for
     * @param body the events; not to be modified any more
     * @param answer what acceptance means
     */
    public Submission(IntakeBook.Source source, Scope scope, byte[] body, Format format, Answer answer) {
        this.source = source;
        this.scope = scope;
        this.body = body;
        this.format = format;
        this.answer = answer;
    }

    IntakeBook.Source source() {
        return source;
    }

    Scope scope() {
        return scope;
    }

    byte[] body() {
        return body;
    }

    Format format() {
        return format;
    }

    Answer answer() {
        return answer;
    }

    /** What acceptance means. */
    public enum Answer {
        /** Every durable event is committed. */
        COMMITTED,
        /**
         * Every event is valid and on its way to the log. One that the log cannot store after all is lost, and counted
         * as dropped.
         */
        RECEIVED
    }

    /** How the events stand in the body. */
    public enum Format {
        /** One JSON object, or an array of them. */
        JSON,
        /** One JSON object a line; blank lines are skipped. */
        NDJSON
    }

    /** The tenants that a caller speaks for. Immutable. */
    public static final class Scope {
        private static final Scope EVERY_TENANT = new Scope(null);

        private final @Nullable TenantId only;

        private Scope(@Nullable TenantId only) {
            this.only = only;
        }

        /** Every tenant. */
        public static Scope everyTenant() {
            return EVERY_TENANT;
        }

        /** One tenant. */
        public static Scope of(TenantId tenant) {
            return new Scope(tenant);
        }

        /** Whether an event of {@code tenant} may be published. */
        public boolean permits(TenantId tenant) {
            return only == null || only.equals(tenant);
        }

        /** The one tenant; empty for every tenant. */
        public Optional<TenantId> tenant() {
            return Optional.ofNullable(only);
        }

        @Override
        public String toString() {
            return only == null ? "*" : only.value();
        }
    }
}
