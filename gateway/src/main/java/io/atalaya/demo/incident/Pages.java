package io.atalaya.demo.incident;

import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a browser can look at while the demonstration runs. Pure functions over what the management port answers. */
public final class Pages {
    private static final Duration PATIENCE = Duration.ofSeconds(2);
    private static final int OK = 200;

    private Pages() {}

    private static Map<String, String> known() {
        var pages = new LinkedHashMap<String, String>();
        pages.put("/", "Open the console:");
        pages.put("/console/examples/waiter.html", "A waiter's page:");
        pages.put("/console/examples/kitchen.html", "The kitchen's display:");
        return pages;
    }

    /** A line for each page that is really there, with its address. */
    public static List<String> served(int managementPort) throws InterruptedException {
        var lines = new ArrayList<String>();
        try (var http = HttpClient.newHttpClient()) {
            for (Map.Entry<String, String> page : known().entrySet()) {
                String address = "http://127.0.0.1:" + managementPort + page.getKey();
                if (isThere(http, address)) {
                    lines.add("%-24s%s".formatted(page.getValue(), address));
                }
            }
        }
        if (!lines.isEmpty()) {
            lines.add("");
        }
        return lines;
    }

    private static boolean isThere(HttpClient http, String address) throws InterruptedException {
        try {
            var request = HttpRequest.newBuilder(URI.create(address))
                    .timeout(PATIENCE)
                    .build();
            return http.send(request, BodyHandlers.discarding()).statusCode() == OK;
        } catch (IOException _) {
            return false;
        }
    }
}
