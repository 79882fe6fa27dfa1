@NullMarked
package io.atalaya.command;

import org.jspecify.annotations.NullMarked;
