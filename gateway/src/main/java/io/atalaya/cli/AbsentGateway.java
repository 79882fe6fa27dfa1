package io.atalaya.cli;

import io.atalaya.demo.RunningGateway;

/** Stands where the gateway is plugged in. Immutable. */
final class AbsentGateway implements RunningGateway.Launcher {
    @Override
    public RunningGateway start(RunningGateway.Settings settings) {
        throw new IllegalStateException("this build holds no gateway to start");
    }
}
