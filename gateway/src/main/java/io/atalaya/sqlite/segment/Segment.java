package io.atalaya.sqlite.segment;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.atalaya.archive.EventQuery.Time;
import io.atalaya.event.Event;
import io.atalaya.log.EventLog.Entry;
import io.atalaya.sqlite.IdHash;
import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the archive finds a run of events by, column by column: a few values to write for all of them, where rows would
 * need one and its index entries for each. Immutable.
 *
 * @param first row number of the first; the others follow without a gap
 * @param events how many
 * @param words the names of the columns of texts, and the different texts of each
 * @param columns arrival, timestamp, then for each column of texts the number of each event's text, 0 without one
 * @param sieve what {@code words} may hold, as {@link Sieve} has it
 * @param hashes of their ids
 */
@SuppressWarnings("ArrayRecordComponent") // never handed out, never modified
public record Segment(long first, int events, byte[] words, byte[] columns, byte[] sieve, byte[] hashes) {

    /** @param entries at consecutive rows */
    public static Segment of(long first, List<Entry> entries, List<String> members, IdHash hash) {
        try {
            var words = new ByteArrayOutputStream();
            var columns = new ByteArrayOutputStream();
            var wordsOut = new DataOutputStream(words);
            var columnsOut = new DataOutputStream(columns);
            Packed.write(entries.stream().mapToLong(Entry::atMillis).toArray(), columnsOut);
            Packed.write(entries.stream().mapToLong(Time.EVENT::of).toArray(), columnsOut);
            var texts = new LinkedHashMap<String, Function<Event, @Nullable String>>();
            texts.put(Filter.TENANT, event -> event.tenant().value());
            texts.put(Filter.TYPE, Event::type);
            members.forEach(member -> texts.put(member, event -> event.scope().get(member)));
            wordsOut.writeInt(texts.size());
            for (var column : texts.entrySet()) {
                var codes = new Codes();
                Packed.write(
                        entries.stream()
                                .mapToLong(entry -> codes.of(column.getValue().apply(entry.event())))
                                .toArray(),
                        columnsOut);
                Words.write(column.getKey(), codes.texts, wordsOut);
            }
            long[] hashes = entries.stream()
                    .mapToLong(entry ->
                            hash.of(entry.event().tenant(), entry.event().id()).first())
                    .toArray();
            byte[] texted = words.toByteArray();
            return new Segment(
                    first,
                    entries.size(),
                    texted,
                    columns.toByteArray(),
                    Sieve.of(texted, hash),
                    Packed.bytesOf(hashes));
        } catch (IOException impossible) {
            throw new IllegalStateException(impossible);
        }
    }

    /** The different texts of a column, numbered as they come. Confined to one call. */
    private static final class Codes {
        private final Map<String, Integer> codes = new HashMap<>();
        private final List<String> texts = new ArrayList<>();
        private @Nullable String latest;
        private int latestCode;

        int of(@Nullable String text) {
            if (text == null) {
                return 0;
            }
            if (!text.equals(latest)) {
                latest = text;
                latestCode = codes.computeIfAbsent(text, added -> {
                    texts.add(added);
                    return texts.size();
                });
            }
            return latestCode;
        }
    }

    /** Which column must have which number. */
    record Wanted(int column, int code) {}

    /**
     * The texts that a filter asks for as they stand in a segment. Immutable.
     *
     * @param columns how many columns of texts there are
     */
    public record Terms(List<Wanted> wanted, int columns) {
        /** Of a filter that asks for no text. */
        public static final Terms NONE = new Terms(List.of(), 0);

        /** Null when no event of the segment has them all. */
        public static @Nullable Terms of(byte[] words, Map<String, String> equal) {
            var in = ByteBuffer.wrap(words);
            int count = in.getInt();
            var wanted = new ArrayList<Wanted>();
            for (int column = 0; column < count; column++) {
                String value = equal.get(Words.name(in));
                int code = code(words, in, value == null ? null : value.getBytes(UTF_8));
                if (value != null && code == 0) {
                    return null;
                }
                if (value != null) {
                    wanted.add(new Wanted(column, code));
                }
            }
            return wanted.size() == equal.size() ? new Terms(wanted, count) : null;
        }

        /** The number of a text, 0 when it is not there; leaves {@code in} behind the column. */
        private static int code(byte[] words, ByteBuffer in, byte @Nullable [] wanted) {
            int code = 0;
            int count = in.getInt();
            for (int i = 1; i <= count; i++) {
                int length = in.getInt();
                int at = in.position();
                if (wanted != null && Arrays.equals(words, at, at + length, wanted, 0, wanted.length)) {
                    code = i;
                }
                in.position(at + length);
            }
            return code;
        }

        /** Hands over the rows that a filter selects, in the order of their positions. */
        public void select(Filter filter, long first, int events, byte[] columns, Consumer<Row> found) {
            var bytes = ByteBuffer.wrap(columns);
            var arrival = new Packed(bytes, 0);
            var timestamp = new Packed(bytes, arrival.end(events));
            Packed time = filter.time() == Time.ARRIVAL ? arrival : timestamp;
            var codes = new Packed[this.columns];
            int at = timestamp.end(events);
            for (int i = 0; i < codes.length; i++) {
                codes[i] = new Packed(bytes, at);
                at = codes[i].end(events);
            }
            for (int i = 0; i < events; i++) {
                if (hasAll(codes, i)) {
                    var row = new Row(time.get(i), first + i);
                    if (filter.selects(row)) {
                        found.accept(row);
                    }
                }
            }
        }

        private boolean hasAll(Packed[] codes, int index) {
            for (Wanted one : wanted) {
                if (codes[one.column()].get(index) != one.code()) {
                    return false;
                }
            }
            return true;
        }
    }
}
