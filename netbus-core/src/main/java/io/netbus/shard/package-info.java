/**
 * Lanes of bytes between producers and one worker, within one budget of memory.
 * <p>
 * Start at {@link io.netbus.shard.Shard}. Producers claim a {@link io.netbus.shard.Lane} and write into it; the shard's
 * worker takes everything out in passes. Knows bytes, not what they mean nor where they go.
 */
@NullMarked
package io.netbus.shard;

import org.jspecify.annotations.NullMarked;
