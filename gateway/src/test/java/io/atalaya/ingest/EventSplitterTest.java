package io.atalaya.ingest;

import static org.assertj.core.api.Assertions.assertThat;

import io.atalaya.ingest.EventParserTest.RandomJson;
import io.atalaya.ingest.Submission.Format;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class EventSplitterTest {
    @Test
    void findsTheElementsOfAnArray() {
        assertThat(split(" [ {\"a\":\"]},{\\\\\\\"\"} ,[1,[2]],\"x,y\", 5 ] ", Format.JSON))
                .containsExactly("{\"a\":\"]},{\\\\\\\"\"}", "[1,[2]]", "\"x,y\"", "5");
    }

    @Test
    void takesAnythingElseAsOneEvent() {
        assertThat(split(" {\"a\":1} {\"b\":2}", Format.JSON)).containsExactly("{\"a\":1} {\"b\":2}");
    }

    @Test
    void findsTheLines() {
        assertThat(split("{\"a\":1}\r\n\n  \n{\"b\":2}", Format.NDJSON)).containsExactly("{\"a\":1}\r", "{\"b\":2}");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', quoteCharacter = '^', textBlock = """
            ^^           | 0 |                        |
            ^[]^         | 0 |                        |
            [] x         | 0 | 'x' at byte 3          | the end of the request
            [            | 0 | the end of the request | an event
            [1,]         | 1 | ']' at byte 3          | an event
            [,1]         | 0 | ',' at byte 1          | an event
            [1 2]        | 1 | '2' at byte 3          | ',' or ']' behind the event
            [1,2         | 2 | the end of the request | ',' or ']' behind the event
            [1}          | 1 | '}' at byte 2          | ',' or ']' behind the event
            [1]]         | 1 | ']' at byte 3          | the end of the request
            [{"a":"\\"}] | 1 | the end of the request | ',' or ']' behind the event
            """)
    void namesWhatBreaksTheRequest(String body, int count, String found, String expected) {
        EventSplitter splitter =
                EventSplitter.split(body.getBytes(StandardCharsets.UTF_8), Format.JSON, Integer.MAX_VALUE);

        assertThat(splitter.count()).isEqualTo(count);
        if (found == null) {
            assertThat(splitter.problem()).isNull();
        } else {
            assertThat(splitter.problem())
                    .extracting(SubmitOutcome.EventProblem::found, SubmitOutcome.EventProblem::expected)
                    .containsExactly(found, expected);
        }
    }

    @Test
    void countsButDoesNotKeepMoreThanAllowed() {
        byte[] body = "[1,2,3,4,5]".getBytes(StandardCharsets.UTF_8);

        EventSplitter splitter = EventSplitter.split(body, Format.JSON, 2);

        assertThat(splitter.count()).isEqualTo(5);
        assertThat(splitter.to(1)).isEqualTo(4);
    }

    @Test
    void findsExactlyTheEventsThatWereJoined() {
        long seed = 11L;
        var random = new Random(seed);
        var json = new RandomJson(random);
        for (int round = 0; round < 500; round++) {
            var events = new ArrayList<String>();
            for (int i = random.nextInt(20); i > 0; i--) {
                events.add(json.event());
            }
            String separator = random.nextBoolean() ? "," : " ,\n ";

            List<String> found = split("[" + String.join(separator, events) + "]", Format.JSON);

            assertThat(found).as("seed %d round %d", seed, round).isEqualTo(events);
        }
    }

    @Test
    void survivesMutilatedRequests() {
        long seed = 13L;
        var random = new Random(seed);
        var json = new RandomJson(random);
        for (int round = 0; round < 10_000; round++) {
            byte[] bytes = ("[" + json.event() + "," + json.event() + "]").getBytes(StandardCharsets.UTF_8);
            RandomJson.mutate(random, bytes);
            Format format = random.nextBoolean() ? Format.JSON : Format.NDJSON;

            EventSplitter splitter = EventSplitter.split(bytes, format, 1000);

            int end = 0;
            for (int i = 0; i < splitter.count(); i++) {
                assertThat(splitter.from(i)).as("seed %d round %d", seed, round).isGreaterThanOrEqualTo(end);
                assertThat(splitter.to(i)).isGreaterThan(splitter.from(i)).isLessThanOrEqualTo(bytes.length);
                end = splitter.to(i);
            }
        }
    }

    private static List<String> split(String body, Format format) {
        byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
        EventSplitter splitter = EventSplitter.split(bytes, format, Integer.MAX_VALUE);
        assertThat(splitter.problem()).isNull();
        var found = new ArrayList<String>();
        for (int i = 0; i < splitter.count(); i++) {
            int from = splitter.from(i);
            found.add(new String(bytes, from, splitter.to(i) - from, StandardCharsets.UTF_8));
        }
        return found;
    }
}
