package io.netbus.worker;

/** What a thread does again and again. <b>Source:</b> the duty cycle of Agrona's agents. */
public interface Worker {

    /** The thread's name after {@code netbus-}. */
    String name();

    /**
     * Does what there is to do now, without waiting for more. Called by one thread at a time.
     *
     * @return how much was done; 0 lets the runner wait
     */
    int doWork();

    /**
     * Whether there is something to do. Asked by the runner's thread after it announced that it is about to park, so
     * that work published before a producer could see the announcement is not slept over.
     */
    boolean hasWork();

    /** Called once on the runner's thread after the last {@link #doWork()}. */
    default void onStop() {}
}
