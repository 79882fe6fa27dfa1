package io.atalaya.architecture.planted.hub;

/** Planted: a record that {@code config} may use, and others may not. */
public record HubConfig(int sessions) {}
