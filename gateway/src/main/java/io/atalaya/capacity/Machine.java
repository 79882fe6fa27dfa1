package io.atalaya.capacity;

import com.sun.management.OperatingSystemMXBean;
import com.sun.management.UnixOperatingSystemMXBean;
import java.lang.management.ManagementFactory;

/**
 * Where a figure holds: another machine is another figure. Immutable.
 *
 * @param processors that the virtual machine may use
 * @param memoryBytes of the machine, or of the container
 * @param descriptors files and sockets that one process may have open
 * @param system name and architecture
 * @param java version of the virtual machine
 */
public record Machine(int processors, long memoryBytes, long descriptors, String system, String java) {
    /** This one. */
    public static Machine here() {
        var bean = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
        long descriptors =
                bean instanceof UnixOperatingSystemMXBean unix ? unix.getMaxFileDescriptorCount() : Integer.MAX_VALUE;
        return new Machine(
                Runtime.getRuntime().availableProcessors(),
                bean.getTotalMemorySize(),
                descriptors,
                System.getProperty("os.name") + " " + System.getProperty("os.arch"),
                Runtime.version().toString());
    }

    /** Whether a figure of the other holds here: the same processors and memory, give or take a twentieth of it. */
    boolean isLike(Machine other) {
        return processors == other.processors
                && system.equals(other.system)
                && Math.abs(memoryBytes - other.memoryBytes) <= other.memoryBytes / 20;
    }
}
