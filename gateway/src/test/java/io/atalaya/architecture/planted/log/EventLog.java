package io.atalaya.architecture.planted.log;

/** Planted: a contract with several implementations. */
public interface EventLog {}
