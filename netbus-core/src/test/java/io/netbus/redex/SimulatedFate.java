package io.netbus.redex;

import java.util.Random;

/** Decides which of the changes that nobody forced a power cut finds on the disk, each for itself. */
interface SimulatedFate {

    /** Nothing that was not forced, or written back by chance. */
    SimulatedFate NOTHING = new SimulatedFate() {

        @Override
        public boolean keepsSector() {
            return false;
        }

        @Override
        public int keptSizes(int changes) {
            return 0;
        }

        @Override
        public boolean keepsEntry() {
            return false;
        }
    };

    /** All of it, as if everything had been forced at the last moment. */
    SimulatedFate EVERYTHING = new SimulatedFate() {

        @Override
        public boolean keepsSector() {
            return true;
        }

        @Override
        public int keptSizes(int changes) {
            return changes;
        }

        @Override
        public boolean keepsEntry() {
            return true;
        }
    };

    boolean keepsSector();

    /** How many of a file's changes of size are on disk; they get there in order. */
    int keptSizes(int changes);

    boolean keepsEntry();

    /** Any subset. The shares are drawn first, so that nearly all and nearly nothing come up as often as a half. */
    static SimulatedFate random(Random random) {
        double[] shares = {0, 0.1, 0.5, 0.9, 1};
        double sectors = shares[random.nextInt(shares.length)];
        double entries = shares[random.nextInt(shares.length)];
        return new SimulatedFate() {

            @Override
            public boolean keepsSector() {
                return random.nextDouble() < sectors;
            }

            @Override
            public int keptSizes(int changes) {
                return switch (random.nextInt(3)) {
                    case 0 -> 0;
                    case 1 -> changes;
                    default -> random.nextInt(changes + 1);
                };
            }

            @Override
            public boolean keepsEntry() {
                return random.nextDouble() < entries;
            }
        };
    }
}
