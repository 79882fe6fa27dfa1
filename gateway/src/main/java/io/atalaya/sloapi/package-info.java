/**
 * Budgets in a running gateway: what scrapers see goes in, answers for operators and metrics come out.
 */
@NullMarked
package io.atalaya.sloapi;

import org.jspecify.annotations.NullMarked;
