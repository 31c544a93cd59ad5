@NullMarked
package io.netbus.autoconfigure;

import org.jspecify.annotations.NullMarked;
