package io.netbus.cortex.bridge;

import io.netbus.cortex.fold.Command;
import io.netbus.event.StoredEvent;

/**
 * A model's side of a bridge: turns source events into model events.
 *
 * @param <S> the model's state
 */
public interface Mapping<S> {

    /**
     * Begins a page. Called, as all of the page's methods, with the model's write lock held, so that no other write
     * comes between.
     *
     * @param state every earlier write is in it
     * @param timestampNanos the stamp the page's model events will get
     */
    Page page(S state, long timestampNanos);

    /** Source events that are stored together. Used by one thread. */
    interface Page {

        /** Maps one event. If it throws, the changes of this event are dropped and those before stay. */
        void map(StoredEvent event) throws Exception;

        /** Whether any event has looked at or changed the model, so that mapping the page again may go otherwise. */
        boolean isTouched();

        /** Adds the page's model events. */
        void appendTo(Command.Pending pending);
    }
}
