package io.netbus.cortex.fold;

import java.util.HashMap;
import java.util.Map;
import java.util.function.ToLongFunction;

/**
 * What a model makes of its log: the state before the first event, and what each type of event does to it. Immutable.
 *
 * @param <S> the state; immutable, so that one version can be read while the next is made
 */
public final class Model<S> {

    /**
     * What one type of event does.
     * <p>
     * Runs with the model's write lock held, on the thread of whoever appended or on the model's worker. It must be
     * quick, ask neither clock nor anything outside, and give the same result for the same arguments whenever the log
     * is read again.
     */
    @FunctionalInterface
    public interface EventFold<S> {

        /**
         * Returns the state after the event; the same instance if the event changes nothing. Whatever it throws puts
         * the event into quarantine and leaves the state as it was.
         */
        S fold(S state, Recorded recorded);
    }

    record Handler<S>(int newestSchema, EventFold<S> fold) {}

    private final String name;
    private final S initial;
    private final ToLongFunction<S> rows;
    private final Map<String, Handler<S>> handlers;

    private Model(Builder<S> builder) {
        name = builder.name;
        initial = builder.initial;
        rows = builder.rows;
        handlers = Map.copyOf(builder.handlers);
    }

    /**
     * Starts a model.
     *
     * @param name for threads, stats and messages
     * @param initial the state before the first event
     * @param rows how many rows a state has, for the stats
     */
    public static <S> Builder<S> named(String name, S initial, ToLongFunction<S> rows) {
        return new Builder<>(name, initial, rows);
    }

    String name() {
        return name;
    }

    S initial() {
        return initial;
    }

    long rows(S state) {
        return rows.applyAsLong(state);
    }

    Map<String, Handler<S>> handlers() {
        return handlers;
    }

    /** Collects what events do. */
    public static final class Builder<S> {

        private final String name;
        private final S initial;
        private final ToLongFunction<S> rows;
        private final Map<String, Handler<S>> handlers = new HashMap<>();

        private Builder(String name, S initial, ToLongFunction<S> rows) {
            this.name = name;
            this.initial = initial;
            this.rows = rows;
        }

        /**
         * Says what events of a type do.
         *
         * @param type their logical name
         * @param newestSchema the newest schema version {@code fold} understands; a newer event goes into quarantine
         */
        public Builder<S> on(String type, int newestSchema, EventFold<S> fold) {
            if (handlers.putIfAbsent(type, new Handler<>(newestSchema, fold)) != null) {
                throw new IllegalArgumentException("two folds for one type: model=" + name + ", type=" + type);
            }
            return this;
        }

        /** The model of what was said. */
        public Model<S> build() {
            return new Model<>(this);
        }
    }
}
