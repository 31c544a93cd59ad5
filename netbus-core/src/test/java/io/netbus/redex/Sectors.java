package io.netbus.redex;

import java.util.Arrays;

/**
 * A file's bytes as a row of sectors. A sector's array is never changed, only replaced, so rows share what they have in
 * common and two sectors are the same version if they are the same array.
 */
final class Sectors {

    static final int BYTES = 512;

    /** A sector that was never written. */
    static final byte[] HOLE = new byte[BYTES];

    private byte[][] sectors;

    Sectors() {
        sectors = new byte[0][];
    }

    private Sectors(byte[][] sectors) {
        this.sectors = sectors;
    }

    /** How many sectors it takes to hold that many bytes. */
    static int covering(long bytes) {
        return (int) ((bytes + BYTES - 1) / BYTES);
    }

    Sectors copy() {
        return new Sectors(sectors.clone());
    }

    /** All sectors from this one on are holes. */
    int count() {
        return sectors.length;
    }

    byte[] get(int index) {
        return index < sectors.length ? sectors[index] : HOLE;
    }

    void set(int index, byte[] content) {
        if (index >= sectors.length) {
            int before = sectors.length;
            sectors = Arrays.copyOf(sectors, Math.max(index + 1, before + before / 2));
            Arrays.fill(sectors, before, sectors.length, HOLE);
        }
        sectors[index] = content;
    }

    /** Makes holes of all sectors from one on. */
    void cutFrom(int index) {
        if (index < sectors.length) {
            sectors = Arrays.copyOf(sectors, index);
        }
    }
}
