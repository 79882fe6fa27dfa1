package io.atalaya.cli.trial;

import io.atalaya.demo.RunningGateway;
import io.atalaya.management.BooksCheck;
import java.util.Optional;

/** A gateway of the demonstration whose books balance when it is closed. Immutable. */
public final class TrialTester implements RunningGateway {
    private final RunningGateway gateway;

    private TrialTester(RunningGateway gateway) {
        this.gateway = gateway;
    }

    public static RunningGateway start(Settings settings) {
        return new TrialTester(InProcessGateway.start(settings));
    }

    @Override
    public int publicPort() {
        return gateway.publicPort();
    }

    @Override
    public int managementPort() {
        return gateway.managementPort();
    }

    @Override
    public void close() {
        try {
            BooksCheck.assertBalanced(managementPort(), Optional.empty());
        } finally {
            gateway.close();
        }
    }
}
