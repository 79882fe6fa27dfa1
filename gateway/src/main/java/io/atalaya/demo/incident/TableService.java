package io.atalaya.demo.incident;

import io.atalaya.client.ClientLoops;
import io.atalaya.client.ClientOptions;
import io.atalaya.client.Connection;
import io.atalaya.client.GatewayClient;
import io.atalaya.client.Subscription;
import io.atalaya.client.publish.PublishBody;
import io.atalaya.client.publish.PublishOutcome;
import io.atalaya.client.publish.PublishTarget;
import io.atalaya.client.publish.Publisher;
import io.atalaya.demo.RunningGateway;
import io.atalaya.demo.incident.IncidentRun.Table;
import java.net.URI;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.IntStream;

/** One table: its backend, which publishes, and its guests, who connect. Confined to one thread. */
final class TableService implements AutoCloseable {
    private final Table table;
    private final RunningGateway gateway;
    private final Proceedings proceedings;
    private final ClientLoops loops = new ClientLoops(1);
    private final Publisher publisher;

    TableService(Table table, RunningGateway gateway, Proceedings proceedings) {
        this.table = table;
        this.gateway = gateway;
        this.proceedings = proceedings;
        var target = PublishTarget.of(
                URI.create("http://127.0.0.1:" + gateway.publicPort() + PublishTarget.PATH), table.publishKey());
        this.publisher = new Publisher(loops, target);
    }

    /** Where guests connect. */
    URI uri() {
        return table.uri(gateway.publicPort());
    }

    /** A guest comes in, or tries to. */
    Connection connect(Connection.Listener guest) {
        return new GatewayClient(loops, ClientOptions.standard(), new SecureRandom())
                .connect(Subscription.to(uri()), guest);
    }

    /** Publishes and waits for every answer; how many were accepted. */
    long publish(int events, int bytes, int batch) throws InterruptedException {
        var answers = new ArrayList<CompletableFuture<PublishOutcome>>();
        for (int first = 0; first < events && !proceedings.stopped(); first += batch) {
            List<String> body = IntStream.range(first, Math.min(events, first + batch))
                    .mapToObj(number -> table.event(number, bytes))
                    .toList();
            answers.add(publisher.publish(PublishBody.array(body)).toCompletableFuture());
        }
        long accepted = 0;
        for (CompletableFuture<PublishOutcome> answer : answers) {
            if (outcome(answer) instanceof PublishOutcome.Accepted taken) {
                accepted += taken.accepted();
            }
        }
        return accepted;
    }

    private static PublishOutcome outcome(CompletableFuture<PublishOutcome> answer) throws InterruptedException {
        try {
            return answer.get(Proceedings.PATIENCE.toMillis(), TimeUnit.MILLISECONDS);
        } catch (ExecutionException | TimeoutException failure) {
            return new PublishOutcome.Unanswered(String.valueOf(failure.getMessage()));
        }
    }

    @Override
    public void close() {
        publisher.close();
        loops.close();
    }
}
