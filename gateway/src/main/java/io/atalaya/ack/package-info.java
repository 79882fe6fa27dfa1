/**
 * Who has acknowledged which event, and who has still to: the contract of the store, the store in memory, and the desk
 * where event loops report.
 */
@NullMarked
package io.atalaya.ack;

import org.jspecify.annotations.NullMarked;
