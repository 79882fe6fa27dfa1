/**
 * The operators' port: liveness, readiness, metrics and the admin API.
 */
@NullMarked
package io.atalaya.management;

import org.jspecify.annotations.NullMarked;
