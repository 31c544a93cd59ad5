package io.netbus.event;

/**
 * Where an event is stored.
 *
 * @param shard number of the shard, from 0
 * @param sequence number of the event in its shard, from 0
 */
public record Position(int shard, long sequence) {}
