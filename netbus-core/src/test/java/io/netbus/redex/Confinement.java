package io.netbus.redex;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Where a process finds something scarce or forbidden, on real file systems; what stands before its command. Not every user
 * of every machine may set all of it up.
 * <p>
 * What is mounted is so for that process alone, and gone with it.
 */
final class Confinement {

    private static final long TIMEOUT_SECONDS = 60;
    private static final int EXT4_KIB = 6 * 1024; // what it takes for itself
    private static final List<List<String>> MOUNTING =
            List.of(List.of("unshare", "--mount"), List.of("unshare", "--user", "--map-root-user", "--mount"));

    private final String name;
    private final List<String> command;

    private Confinement(String name, List<String> command) {
        this.name = name;
        this.command = command;
    }

    /**
     * A small file system of its own on that directory, in memory and in an image beside it, whose blocks are smaller than pages. What runs there does so twice,
     * with {@code first} and with {@code then} as its last argument.
     */
    static List<Confinement> smallDisk(Path directory, int kib, String first, String then) {
        String run = " && \"$@\" " + first + " && exec \"$@\" " + then;
        List<Confinement> all =
                new ArrayList<>(mounting("tmpfs", directory, "mount -t tmpfs -o size=" + kib + "k none \"$0\"" + run));
        all.addAll(mounting(
                "ext4",
                directory,
                "rm -f \"$0.image\" && truncate -s " + (kib + EXT4_KIB) + "k \"$0.image\" && mkfs.ext4 -q -F -b 1024"
                        + " \"$0.image\" && mount -o loop \"$0.image\" \"$0\"" + run));
        return all;
    }

    /** Files grow no further. */
    static List<Confinement> fileSizeLimit(int kib) {
        int blocks = 2 * kib; // of 512 bytes, as POSIX has it
        return possible(new Confinement(
                "file size limit", List.of("sh", "-c", "ulimit -f " + blocks + " && exec \"$@\"", "sh")));
    }

    /** Nothing can be changed in that directory, whose permissions forbid it to its owner too. */
    static List<Confinement> readOnly(Path directory) {
        List<Confinement> all = new ArrayList<>(mounting(
                "read-only mount",
                directory,
                "mount --bind \"$0\" \"$0\" && mount -o remount,bind,ro \"$0\" && exec \"$@\""));
        if (System.getProperty("user.name").equals("root")) { // whom permissions mean nothing, unless it gives that up
            all.addAll(possible(new Confinement(
                    "permissions, as root",
                    List.of(
                            "setpriv",
                            "--inh-caps=-dac_override,-dac_read_search",
                            "--bounding-set=-dac_override,-dac_read_search"))));
        } else {
            all.add(new Confinement("permissions", List.of()));
        }
        return all;
    }

    private static List<Confinement> mounting(String name, Path directory, String script) {
        for (List<String> unshare : MOUNTING) {
            List<String> command = new ArrayList<>(unshare);
            command.addAll(List.of("sh", "-c", script, directory.toString()));
            List<Confinement> found = possible(new Confinement(name, command));
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** That one, if this user of this machine may do so. */
    private static List<Confinement> possible(Confinement one) {
        List<String> nothing = new ArrayList<>(one.command);
        nothing.add("true");
        try {
            Process process = new ProcessBuilder(nothing)
                    .redirectErrorStream(true)
                    .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                    .start();
            boolean ended = process.waitFor(TIMEOUT_SECONDS, TimeUnit.SECONDS);
            process.destroyForcibly();
            return ended && process.exitValue() == 0 ? List.of(one) : List.of();
        } catch (IOException e) {
            return List.of(); // there is no such program
        } catch (InterruptedException e) {
            throw new IllegalStateException(e);
        }
    }

    /** The command of a JVM there. */
    List<String> java() {
        List<String> java = new ArrayList<>(command);
        java.addAll(ChildProcess.java("-Xmx64m", "-XX:TieredStopAtLevel=1"));
        return java;
    }

    @Override
    public String toString() {
        return name;
    }
}
