package io.netbus.redex;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;

/** Keeps logs off file systems that other machines write to as well. */
final class NetworkFileSystem {

    /*
     * There, another machine may hold the same file through a cache of its own. A lock taken here keeps it out only if
     * the server, its version and the mount's options agree; what one machine maps, another does not see change; and
     * what a force means is the server's affair.
     *
     * The names are those of Linux, macOS and AIX; what stands behind "fuse." counts as its own name. Left out on
     * purpose: what a virtual machine or a sandbox calls the disk of its host (9p, virtiofs, vboxsf), which is most
     * often the only disk there is and has no other writer, and cluster file systems on a shared disk (gfs2, ocfs2),
     * whose locks and caches are kept in step by the kernel. Windows tells a share by its path alone.
     */
    private static final String FUSE = "fuse.";
    private static final String SHARE = "\\\\";
    private static final Set<String> TYPES = Set.of(
            "afpfs",
            "afs",
            "beegfs",
            "ceph",
            "ceph-fuse",
            "cifs",
            "coda",
            "curlftpfs",
            "davfs",
            "davfs2",
            "gcsfuse",
            "glusterfs",
            "gpfs",
            "juicefs",
            "lustre",
            "mfs",
            "ncpfs",
            "nfs",
            "nfs3",
            "nfs4",
            "orangefs",
            "rclone",
            "s3fs",
            "smb",
            "smb2",
            "smb3",
            "smbfs",
            "sshfs",
            "webdav");

    /** Tells the type of the file system that something is on. */
    @FunctionalInterface
    interface TypeOf {
        String typeOf(Path existing) throws IOException;
    }

    private NetworkFileSystem() {}

    /**
     * Looks where a directory is, or will be once it is created.
     *
     * @throws NetworkFileSystemException if that is on the network
     * @throws UncheckedIOException if that cannot be told
     */
    static void refuse(Path directory, TypeOf types) {
        Path absolute = directory.toAbsolutePath().normalize();
        Path existing = absolute;
        while (!Files.exists(existing) && existing.getParent() != null) {
            existing = existing.getParent();
        }
        String type;
        try {
            type = types.typeOf(existing);
        } catch (IOException e) {
            throw new UncheckedIOException("file system could not be told: directory=" + absolute, e);
        }
        if (isNetwork(type)) {
            throw NetworkFileSystemException.of(absolute, type);
        }
    }

    /** As the operating system says. */
    static String typeOf(Path existing) throws IOException {
        Path root = existing.toAbsolutePath().getRoot();
        return isShare(String.valueOf(root))
                ? "smb"
                : Files.getFileStore(existing).type();
    }

    static boolean isShare(String root) {
        return root.startsWith(SHARE);
    }

    static boolean isNetwork(String type) {
        String lower = type.toLowerCase(Locale.ROOT);
        return TYPES.contains(lower.startsWith(FUSE) ? lower.substring(FUSE.length()) : lower);
    }
}
