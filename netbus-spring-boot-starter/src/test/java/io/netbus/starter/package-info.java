@NullMarked
package io.netbus.starter;

import org.jspecify.annotations.NullMarked;
