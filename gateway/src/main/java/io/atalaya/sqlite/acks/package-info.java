/** Acknowledgements in the file of an embedded log. */
@NullMarked
package io.atalaya.sqlite.acks;

import org.jspecify.annotations.NullMarked;
