@NullMarked
package io.atalaya.exposition;

import org.jspecify.annotations.NullMarked;
