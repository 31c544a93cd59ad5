package io.netbus.shard;

/** Told what became of one record. Called on the shard's worker thread; must be short and must not throw. */
public interface Receipt {

    /** The record is stored under that sequence. */
    void written(long sequence);

    /** The record cannot be stored, or nobody can tell whether it is. */
    void failed(RuntimeException cause);
}
