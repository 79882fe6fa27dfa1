/** Names for what a sample of the gateway holds, in the vocabularies of several readers; where they go besides scrapers. */
@NullMarked
package io.atalaya.exposition;

import org.jspecify.annotations.NullMarked;
