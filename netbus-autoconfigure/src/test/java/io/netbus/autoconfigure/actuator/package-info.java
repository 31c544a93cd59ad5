@NullMarked
package io.netbus.autoconfigure.actuator;

import org.jspecify.annotations.NullMarked;
