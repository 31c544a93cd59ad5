@NullMarked
package io.netbus.actuator;

import org.jspecify.annotations.NullMarked;
