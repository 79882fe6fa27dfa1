/**
 * The service's account of itself in one place: budgets, their alerts, indicators and the canary, put together and started.
 */
@NullMarked
package io.atalaya.proof;

import org.jspecify.annotations.NullMarked;
