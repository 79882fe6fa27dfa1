/**
 * Who may act as an operator: the token, logins of the console, and which requests come from where they should.
 */
@NullMarked
package io.atalaya.operator;

import org.jspecify.annotations.NullMarked;
