package io.netbus.redex;

import static io.netbus.redex.LogFiles.utf8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** On which file systems logs may be. */
class NetworkFileSystemTests {

    @TempDir
    private Path base;

    @ParameterizedTest
    @ValueSource(
            strings = {
                "nfs",
                "nfs4",
                "NFS",
                "cifs",
                "smb",
                "smb2",
                "smb3",
                "smbfs",
                "afs",
                "ceph",
                "fuse.ceph-fuse",
                "glusterfs",
                "fuse.glusterfs",
                "lustre",
                "fuse.sshfs",
                "fuse.s3fs",
                "webdav"
            })
    void aNetworkFileSystemIsRefusedAndNothingCreated(String type) {
        Path directory = base.resolve("data/netbus");

        assertThatExceptionOfType(NetworkFileSystemException.class)
                .isThrownBy(() -> DiskRedex.open(directory, LogFiles.CONFIG, path -> type))
                .withMessageContaining("directory=" + directory)
                .withMessageContaining("type=" + type)
                .withMessageContaining("allowNetworkFileSystem");

        assertThat(base).isEmptyDirectory();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ext4", "xfs", "btrfs", "zfs", "tmpfs", "overlay", "apfs", "NTFS", "fuseblk", "9p", "virtiofs"})
    void aLocalFileSystemIsNot(String type) {
        try (Redex redex = DiskRedex.open(base, LogFiles.CONFIG, path -> type)) {
            assertThat(redex.log("orders").append(utf8("a"), 1)).isZero();
        }
    }

    @Test
    void aNetworkFileSystemIsAllowedBySetting() {
        RedexConfig config = LogFiles.CONFIG.withAllowNetworkFileSystem(true);
        try (Redex redex = DiskRedex.open(base, config, path -> "nfs4")) {
            assertThat(redex.log("orders").append(utf8("a"), 1)).isZero();
        }
    }

    @Test
    void theFileSystemIsAskedAboutTheNearestDirectoryThatIsThere() throws IOException {
        List<Path> asked = new ArrayList<>();
        NetworkFileSystem.TypeOf types = path -> {
            asked.add(path);
            return NetworkFileSystem.typeOf(path);
        };
        Files.createDirectory(base.resolve("there"));
        DiskRedex.open(base.resolve("there/not/yet"), LogFiles.CONFIG, types).close();
        DiskRedex.open(base.resolve("there/x/../not"), LogFiles.CONFIG, types).close();

        assertThat(asked).containsExactly(base.resolve("there"), base.resolve("there/not"));
        assertThatThrownBy(() -> DiskRedex.open(base, LogFiles.CONFIG, path -> {
                    throw new IOException("stale handle, on purpose");
                }))
                .hasMessageContaining("file system could not be told: directory=" + base);
    }

    @Test
    void aWindowsShareIsKnownByItsPath() {
        assertThat(NetworkFileSystem.isShare("\\\\server\\share\\")).isTrue();
        assertThat(NetworkFileSystem.isShare("C:\\")).isFalse();
        assertThat(NetworkFileSystem.isShare("/")).isFalse();
        assertThat(NetworkFileSystem.isNetwork("smb")).isTrue();
    }
}
