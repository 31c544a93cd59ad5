/**
 * The door: decides whether an event may enter, chooses its shard, writes it into a lane, and counts the outcome. Runs
 * on callers' threads; knows shards, not where their records go.
 */
@NullMarked
package io.netbus.ingest;

import org.jspecify.annotations.NullMarked;
