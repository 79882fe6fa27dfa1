/**
 * Alerts about budgets reach somebody, with no other program in between: to Alertmanagers and to webhooks.
 */
@NullMarked
package io.atalaya.alerting;

import org.jspecify.annotations.NullMarked;
