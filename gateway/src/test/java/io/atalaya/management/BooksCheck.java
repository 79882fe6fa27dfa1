package io.atalaya.management;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** All books of a gateway balance, as operators see them; they have to at any moment. */
public final class BooksCheck {
    private static final List<String> BOOKS = List.of("intake", "deliveries", "acknowledgements");

    private BooksCheck() {}

    /** Asks the gateway behind {@code managementPort} of this machine. */
    public static void assertBalanced(int managementPort, Optional<String> token) {
        var request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + managementPort + "/api/v1/books"))
                .timeout(Duration.ofSeconds(10));
        token.ifPresent(secret -> request.header("Authorization", "Bearer " + secret));
        JsonNode books = JsonMapper.shared().readTree(body(request.build()));
        for (String book : BOOKS) {
            assertThat(books.at("/" + book + "/balanced").booleanValue())
                    .as(book + " in " + books)
                    .isTrue();
        }
        // once the archive has been reached
        assertThat(books.at("/archive/balanced").booleanValue(true))
                .as("archive in " + books)
                .isTrue();
    }

    private static String body(HttpRequest request) {
        var http = HttpClient.newHttpClient();
        try {
            return http.send(request, HttpResponse.BodyHandlers.ofString()).body();
        } catch (IOException failure) {
            throw new AssertionError("the books cannot be read", failure);
        } catch (InterruptedException failure) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while reading the books", failure);
        } finally {
            http.shutdownNow();
        }
    }
}
