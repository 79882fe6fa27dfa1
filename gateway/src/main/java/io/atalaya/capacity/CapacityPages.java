package io.atalaya.capacity;

import io.atalaya.http.Response;
import io.atalaya.http.Route.Handler;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import tools.jackson.databind.json.JsonMapper;

/** Capacity for operators. Immutable. */
public final class CapacityPages {
    private static final double DAY_SECONDS = 86_400;
    private static final Duration MONTH = Duration.ofDays(30);

    private final Supplier<CapacityReport> reports;

    /** @param reports the last look */
    public CapacityPages(Supplier<CapacityReport> reports) {
        this.reports = reports;
    }

    /** The pages by path. */
    public Map<String, Handler> pages() {
        return Map.of("/api/v1/capacity", (_, responder) -> responder.respond(page(reports.get())));
    }

    private static Response page(CapacityReport report) {
        var page = new LinkedHashMap<String, Object>();
        page.put("at", report.at().toString());
        report.proved().ifPresent(proved -> {
            page.put("proved", CapacityFile.json(proved));
            page.put("same_machine", report.sameMachine());
        });
        if (!report.problem().isEmpty()) {
            page.put("problem", report.problem());
        }
        page.put("resources", resources(report));
        page.put("storage", storage(report));
        return Response.json(200, JsonMapper.shared().writeValueAsBytes(page)).with("cache-control", "no-store");
    }

    private static Map<String, Object> resources(CapacityReport report) {
        var resources = new LinkedHashMap<String, Object>();
        for (Resource resource : Resource.values()) {
            var one = new LinkedHashMap<String, Object>();
            report.proved()
                    .map(proved -> proved.figures().get(resource))
                    .ifPresent(figure -> one.put("proved", figure.value()));
            if (report.use().containsKey(resource)) {
                one.put("used", report.use().get(resource));
            }
            putNumber(one, "headroom", report.headroom(resource));
            resources.put(resource.word(), one);
        }
        return resources;
    }

    private static List<Object> storage(CapacityReport report) {
        var stores = new ArrayList<>();
        for (StorageForecast forecast : report.storage()) {
            var one = new LinkedHashMap<String, Object>();
            one.put("store", forecast.store());
            one.put("used_bytes", forecast.usedBytes());
            forecast.limitBytes().ifPresent(bytes -> one.put("limit_bytes", bytes));
            putNumber(one, "growth_bytes_per_day", forecast.bytesPerDay());
            putNumber(one, "bytes_in_30_days", forecast.bytesIn(MONTH));
            OptionalDouble seconds = forecast.secondsLeft();
            putNumber(
                    one,
                    "days_left",
                    seconds.isEmpty() ? seconds : OptionalDouble.of(seconds.getAsDouble() / DAY_SECONDS));
            if (!forecast.parts().isEmpty()) {
                one.put(
                        "parts",
                        forecast.parts().stream().map(CapacityPages::part).toList());
            }
            stores.add(one);
        }
        return stores;
    }

    private static Map<String, Object> part(StorageForecast.Part part) {
        var one = new LinkedHashMap<String, Object>();
        one.put("name", part.size().name());
        one.put("kind", part.size().kind());
        one.put("used_bytes", part.size().bytes());
        putNumber(one, "growth_bytes_per_day", part.bytesPerDay());
        putNumber(one, "bytes_in_30_days", part.bytesIn(MONTH));
        return one;
    }

    /** What nobody knows, or has no end, is not there: JSON has no number for it. */
    private static void putNumber(Map<String, Object> page, String name, OptionalDouble value) {
        if (value.isPresent() && Double.isFinite(value.getAsDouble())) {
            page.put(name, value.getAsDouble());
        }
    }
}
