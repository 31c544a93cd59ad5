package io.netbus.cortex.fold;

import io.netbus.worker.Worker;

/** Folds what others append to a model's log. */
final class FoldWorker implements Worker {

    private final Fold<?> fold;

    FoldWorker(Fold<?> fold) {
        this.fold = fold;
    }

    @Override
    public String name() {
        return "fold-" + fold.name();
    }

    @Override
    public int doWork() {
        return fold.foldOthers();
    }

    @Override
    public boolean hasWork() {
        return fold.hasOthers();
    }
}
